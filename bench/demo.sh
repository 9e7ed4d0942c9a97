#!/usr/bin/env bash
# The demo: a help desk at work, a relay beside it, and how fresh each of its projections is.
# Run it by ./dev demo, which builds what it needs and gives it a PostgreSQL of its own, and with
# --kafka a Kafka too, at FRESHET_TEST_KAFKA, to which the same relay forwards the same events.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${FRESHET_DEMO_SECONDS:-15}
rate=${FRESHET_DEMO_RATE:-150}
kafka=${FRESHET_TEST_KAFKA:-}
config=config/helpdesk.toml
does="the three projections of $config"
export FRESHET_DATABASE_URL=$FRESHET_TEST_URL
psql=("$FRESHET_PG_BIN/psql" -X -q -v ON_ERROR_STOP=1 -P pager=off "$FRESHET_DATABASE_URL")
logs=$(mktemp -d "${TMPDIR:-/tmp}/freshet-demo-XXXXXX")
writer='' relay=''

say() { printf '\n%s\n' "$*"; }

# Ends a child and answers as it does; the relay finishes its batches first.
finish() {
  local status=0
  kill -TERM "$1" 2>/dev/null || true
  wait "$1" || status=$?
  return $status
}

# shellcheck disable=SC2317  # called by the trap
clean_up() {
  trap '' INT TERM
  [ -z "$writer" ] || finish "$writer" >/dev/null 2>&1 || true
  [ -z "$relay" ] || finish "$relay" >/dev/null 2>&1 || true
  rm -rf "$logs"
}
trap clean_up EXIT
trap 'echo; exit 130' INT
trap 'exit 143' TERM

broken() {
  printf '\ndemo: %s\n' "$1" >&2
  tail -n 20 "$2" >&2
  exit 1
}

if [ -n "$kafka" ]; then
  export FRESHET_KAFKA_BROKERS=$kafka
  cat "$config" config/helpdesk_kafka.toml >"$logs/helpdesk.toml"
  config=$logs/helpdesk.toml
  does+=" and the forward of config/helpdesk_kafka.toml"
fi

say "1. The outbox and the read models: freshet migrate, then config/helpdesk.sql"
build/freshet migrate -c "$config" >"$logs/migrate" 2>&1 || broken "migrate failed" "$logs/migrate"
"${psql[@]}" -f config/helpdesk.sql >"$logs/sql" 2>&1 || broken "helpdesk.sql failed" "$logs/sql"

say "2. A relay with $does, and a help desk that writes $rate events/s"
env --default-signal=INT build/freshet run -c "$config" >"$logs/relay" 2>&1 &
relay=$!
env --default-signal=INT build/freshet_helpdesk_writer --url "$FRESHET_DATABASE_URL" \
  --rate "$rate" --seconds "$((seconds + 2))" >"$logs/writer" 2>&1 &
writer=$!

say "3. How fresh they are, for $seconds seconds: freshet status --watch"
build/freshet status -c "$config" --watch "$seconds" || broken "status failed" "$logs/relay"
kill -0 "$relay" 2>/dev/null || broken "the relay ended early" "$logs/relay"

status=0
wait "$writer" || status=$?
writer=''
[ $status = 0 ] || broken "the help desk failed" "$logs/writer"

# What is committed must arrive; a relay that is well needs far less than a second.
incomplete='SELECT count(*) FROM event_publication WHERE completion_date IS NULL'
for _ in {1..100}; do
  [ "$("${psql[@]}" -Atc "$incomplete")" != 0 ] || break
  sleep 0.1
done
left=$("${psql[@]}" -Atc "$incomplete")
[ "$left" = 0 ] || broken "$left events were not applied within ten seconds" "$logs/relay"
finish "$relay" || broken "the relay did not end well" "$logs/relay"
relay=''

say "The help desk $(cat "$logs/writer"), and each of them is in all three projections. The board:"
"${psql[@]}" -c "SELECT number, state, assignment_group, assigned_to, priority,
                        to_char(updated_at, 'HH24:MI:SS') AS updated
                   FROM incident_board ORDER BY last_seq DESC LIMIT 8"
echo "Open incidents per group:"
"${psql[@]}" -c "SELECT * FROM open_by_group ORDER BY open_incidents DESC, 1 LIMIT 5"

if [ -n "$kafka" ]; then
  build/example_consumer "$kafka" helpdesk.incident demo --to-end >"$logs/records" 2>&1 ||
    broken "the consumer found a fault" "$logs/records"
  there=$(grep -c ': Incident' "$logs/records" || true)
  events=$("${psql[@]}" -Atc 'SELECT count(*) FROM event_publication')
  [ "$there" = "$events" ] || broken "$there of $events events are in Kafka" "$logs/relay"
  echo "In Kafka, topic helpdesk.incident, all $there of them, in order per incident, such as:"
  head -n 8 "$logs/records"
  echo
fi

cat <<'TEXT'
What next:
  $EDITOR config/helpdesk.toml       a projection is an INSERT … SELECT … FROM events
  build/freshet --help               migrate, run, status and the other commands
  ./dev postgres bash                a PostgreSQL to try them on, at $FRESHET_TEST_URL
  README.md                          from here to a projection of your own in five minutes
TEXT
