#!/usr/bin/env bash
# How fast a backlog is drained:  drain.sh [EVENTS]      (200,000)
# Run it by ./dev bench. One projection that upserts over 20,000 keys, events of about 330 bytes,
# batches of 500, two workers; each completion mode on a database of its own.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

events=${1:-200000}
keys=20000
config=$(mktemp "${TMPDIR:-/tmp}/freshet-drain-XXXXXX.toml")
log=$(mktemp "${TMPDIR:-/tmp}/freshet-drain-XXXXXX.log")
trap 'rm -f "$config" "$log"' EXIT
trap 'exit 130' INT TERM

sql() { "$FRESHET_PG_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 "$FRESHET_DATABASE_URL" "$@"; }
fail() { printf 'drain: %s\n' "$1" >&2; tail -n 20 "$log" >&2; exit 1; }

publish() {
  sql <<SQL
CREATE TABLE bench_state (key text PRIMARY KEY, state text NOT NULL, events bigint NOT NULL,
                          last_seq bigint NOT NULL);
INSERT INTO event_publication (event_type, aggregate_type, aggregate_id, serialized_event)
SELECT 'IncidentStateChanged', 'incident', 'INC' || lpad((n % $keys)::text, 7, '0'),
       json_build_object('number', 'INC' || lpad((n % $keys)::text, 7, '0'), 'state', 'Active',
                         'assignment_group', 'Group ' || n % 70, 'assigned_to', 'Resolver ' || n,
                         'priority', '3 - Moderate', 'at', clock_timestamp(),
                         'note', repeat('x', 120))::text
  FROM generate_series(1, $events) n;
VACUUM ANALYZE event_publication;
CHECKPOINT;
SQL
}

# A number counts only for work that was done: each event completed, each effect there once.
verify() {
  local left effects
  left=$(sql -c "SELECT count(*) FROM event_publication WHERE completion_date IS NULL")
  effects=$(sql -c "SELECT coalesce(sum(events), 0) FROM bench_state")
  [ "$left" = 0 ] || fail "$left events are not complete"
  [ "$effects" = "$events" ] || fail "$effects effects of $events events"
}

drain() {
  local mode=$1 began took
  "$FRESHET_PG_BIN/psql" -X -q "$FRESHET_TEST_URL" -c "CREATE DATABASE drain_$mode"
  export FRESHET_DATABASE_URL="${FRESHET_TEST_URL%/*}/drain_$mode"
  sed "s/\${FRESHET_BENCH_COMPLETION}/$mode/" bench/drain.toml >"$config"
  build/freshet migrate -c "$config" >"$log" 2>&1 || fail "migrate failed"
  publish
  began=$(sql -c "SELECT clock_timestamp()")
  build/freshet run -c "$config" --drain >"$log" 2>&1 || fail "the relay failed"
  took=$(sql -c "SELECT extract(epoch FROM clock_timestamp() - '$began')::numeric(12, 3)")
  verify
  sql -c "SELECT format('%-8s %s events in %s s: %s events/s', '$mode', $events, $took,
                        round($events / $took))"
}

echo "$(nproc) cores, shared with PostgreSQL $("$FRESHET_PG_BIN/postgres" -V | awk '{print $3}')"
drain update
drain delete
