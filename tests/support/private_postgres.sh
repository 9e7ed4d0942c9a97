#!/usr/bin/env bash
# Runs a command with a PostgreSQL of its own:  private_postgres.sh COMMAND [ARG ...]
# FRESHET_TEST_URL points the command at it. A server that already runs on the machine is never
# touched: data folder, socket and port are new, and all of it is removed at the end, also when
# interrupted. PG_BIN names another version's programs (default: the newest installed).
# Exit status: the command's own.
set -euo pipefail
[ $# -gt 0 ] || { sed -n '2,6p' "$0" >&2; exit 2; }

bin=${PG_BIN:-$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1)}
[ -x "$bin/initdb" ] || { echo "private_postgres: no initdb found; run ./dev setup" >&2; exit 2; }
home=$(mktemp -d "${TMPDIR:-/tmp}/freshet-pg-XXXXXX")
as=()
if [ "$(id -u)" = 0 ]; then
  chown postgres "$home"
  as=(setpriv --reuid=postgres --regid=postgres --init-groups env HOME="$home")
fi
stop() {
  trap - EXIT INT TERM HUP
  "${as[@]}" "$bin/pg_ctl" -D "$home/data" -m immediate -w stop >/dev/null 2>&1 || true
  rm -rf "$home"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

cd "$home"
"${as[@]}" "$bin/initdb" -D "$home/data" -U postgres --auth=trust -E UTF8 --locale=C.UTF-8 \
  --no-sync >"$home/log" 2>&1 || { cat "$home/log" >&2; exit 2; }
port=$(( 20000 + RANDOM % 20000 ))
for _ in 1 2 3 4 5; do
  if "${as[@]}" "$bin/pg_ctl" -D "$home/data" -l "$home/server.log" -w -t 30 -o "-p $port -k '$home' \
      -c listen_addresses=127.0.0.1 -c fsync=${FRESHET_PG_FSYNC:-off} -c max_connections=200 \
      -c max_prepared_transactions=10 -c shared_buffers=256MB -c max_wal_size=2GB \
      -c log_min_messages=fatal" start >/dev/null 2>&1; then started=1; break; fi
  port=$(( 20000 + RANDOM % 20000 ))
done
[ "${started:-}" = 1 ] || { tail -20 "$home/server.log" >&2; exit 2; }
chmod 755 "$home"

export FRESHET_TEST_URL="postgresql://postgres@127.0.0.1:$port/postgres"
export FRESHET_PG_HOME=$home FRESHET_PG_BIN=$bin FRESHET_PG_PORT=$port
cd "$OLDPWD"
"$@" &
child=$!
status=0
wait "$child" || status=$?
exit "$status"
