#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own:  private_postgres.sh COMMAND [ARG ...]
# FRESHET_TEST_URL points the command at it; when it is set already, that server is used and none is
# started. A server that already runs on the machine is never touched: data folder, socket and port
# are new, and all of it is removed at the end, also when interrupted. PG_BIN names the programs of
# another version (default: the newest installed), FRESHET_PG_OPTIONS adds to the server's own. Exit
# status: the command's.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,7p' "$0" >&2; exit 2; }

newest_bin() {
  local initdb
  for initdb in /usr/lib/postgresql/*/bin/initdb; do echo "${initdb%/initdb}"; done |
    sort -V | tail -1
}
bin=${PG_BIN:-$(newest_bin)}
export FRESHET_PG_BIN=$bin
[ -z "${FRESHET_TEST_URL:-}" ] || exec "$@"
[ -x "$bin/initdb" ] || { echo "private_postgres: no initdb found; run ./dev setup" >&2; exit 2; }

home=$(mktemp -d "${TMPDIR:-/tmp}/freshet-pg-XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$home"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$home")
fi

# The command goes first, with ten seconds to end by itself, then the server.
child=
# shellcheck disable=SC2317  # called by the trap
stop() {
  trap '' INT TERM HUP
  trap - EXIT
  if [ -n "$child" ] && kill -TERM "$child" 2>/dev/null; then
    for _ in {1..100}; do
      kill -0 "$child" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$child" 2>/dev/null || true
  fi
  "${as[@]}" "$bin/pg_ctl" -D "$home/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

start_in() {
  cd "$home"
  "${as[@]}" "$bin/initdb" -D "$home/data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 \
    --no-sync >"$home/log" 2>&1 || { cat "$home/log" >&2; return 1; }
  for _ in 1 2 3 4 5; do
    port=$(( 20000 + RANDOM % 12000 ))  # below the range that outgoing connections draw from
    if "${as[@]}" "$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 30 -o "-p $port \
        -k '$home' -c listen_addresses=127.0.0.1 -c fsync=${FRESHET_PG_FSYNC:-off} \
        -c max_connections=200 -c max_prepared_transactions=10 -c shared_buffers=256MB \
        -c max_wal_size=2GB -c log_min_messages=fatal -c track_commit_timestamp=on \
        ${FRESHET_PG_OPTIONS:-}" start >/dev/null 2>&1; then return 0; fi
  done
  tail -20 "$home/server.log" >&2
  return 1
}
here=$PWD
start_in || exit 2
chmod 755 "$home"
cd "$here"

export FRESHET_TEST_URL="postgresql://postgres@127.0.0.1:$port/postgres"
export FRESHET_PG_HOME=$home FRESHET_PG_PORT=$port
# In the background, so that a signal is acted on at once; with its own standard input, and with the
# Ctrl-C that the shell would make it ignore.
env --default-signal=INT "$@" <&0 &
child=$!
status=0
wait "$child" || status=$?
child=
exit "$status"
