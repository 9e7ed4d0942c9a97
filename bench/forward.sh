#!/usr/bin/env bash
# How fast events go to Kafka:  forward.sh [EVENTS [ROUNDS]]      (200,000 and 3)
# Run it by ./dev bench forward. Events of about 330 bytes of 20,000 keys, four partitions, batches
# of 500, two workers: a forward alone in the modes update and delete, and beside a projection that
# upserts; then the lag to acknowledgement at 500 events/s. Rounds take turns; medians are told. A
# number counts only when the topic holds as many records as there were events.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

events=${1:-200000}
rounds=${2:-3}
keys=20000
seconds=12
folder=$(mktemp -d "${TMPDIR:-/tmp}/freshet-forward-XXXXXX")
relay=
trap '[ -z "$relay" ] || kill "$relay" 2>/dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

psql() { "$FRESHET_PG_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 "$@"; }
fail() { printf 'forward: %s\n' "$1" >&2; tail -n 20 "$folder/log" >&2; exit 1; }

# settings MODE alone|beside TOPIC
settings() {
  cat <<TOML
[relay]
workers    = 2
batch_size = 500
completion = "$1"
flight_record_dir = "$folder"
[[database]]
name = "bench"
url  = "$url"
[kafka]
brokers = "$FRESHET_TEST_KAFKA"
[[forward]]
name   = "out"
events = ["*"]
topic  = "$3"
TOML
  [ "$2" = alone ] || sed -n '/^\[\[projection\]\]/,$p' bench/drain.toml
}

new_database() {
  psql "$FRESHET_TEST_URL" -c "CREATE DATABASE $1"
  url=${FRESHET_TEST_URL%/*}/$1
}

publish() {
  psql "$url" <<SQL
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

# drain MODE alone|beside ROUND; prints events/s and bytes of WAL per event.
drain() {
  local topic=bench-$1-$2-$3 began before
  new_database "forward_$1_$2_$3"
  settings "$1" "$2" "$topic" >"$folder/freshet.toml"
  build/freshet migrate -c "$folder/freshet.toml" >"$folder/log" 2>&1 || fail "migrate failed"
  publish
  build/freshet_kafka_topic create "$FRESHET_TEST_KAFKA" "$topic" 4
  before=$(psql "$url" -c "SELECT pg_current_wal_lsn()")
  began=$(psql "$url" -c "SELECT clock_timestamp()")
  build/freshet run -c "$folder/freshet.toml" --drain >"$folder/log" 2>&1 || fail "the relay failed"
  psql "$url" -c "
    SELECT round($events / extract(epoch FROM clock_timestamp() - '$began')),
           round((pg_current_wal_lsn() - '$before') / $events)" | tr '|' ' '
  local open="SELECT count(*) FROM event_publication WHERE completion_date IS NULL"
  [ "$(psql "$url" -c "$open")" = 0 ] || fail "some events are not complete"
  [ "$(build/freshet_kafka_topic count "$FRESHET_TEST_KAFKA" "$topic")" = "$events" ] ||
    fail "the topic does not hold $events records"
}

# live ROUND; prints the p95 lag in milliseconds at 500 events/s.
live() {
  local topic=bench-live-$1
  new_database "forward_live_$1"
  settings update alone "$topic" >"$folder/freshet.toml"
  build/freshet migrate -c "$folder/freshet.toml" >"$folder/log" 2>&1 || fail "migrate failed"
  build/freshet_kafka_topic create "$FRESHET_TEST_KAFKA" "$topic" 4
  echo "INSERT INTO event_publication (event_type, serialized_event, aggregate_type, aggregate_id)
        VALUES ('Thing', '{}', 'thing', (random() * 1000)::int::text);" >"$folder/insert.sql"
  build/freshet run -c "$folder/freshet.toml" >>"$folder/log" 2>&1 &
  relay=$!
  "$FRESHET_PG_BIN/pgbench" -n -R 500 -c 4 -T "$seconds" -f "$folder/insert.sql" "$url" \
    >>"$folder/log" 2>&1 || fail "pgbench failed"
  sleep 2  # the relay writes its numbers once a second
  build/freshet status --json -c "$folder/freshet.toml" >"$folder/status.json"
  psql "$url" -v status="$(cat "$folder/status.json")" <<'SQL'
SELECT p->'lag_ms'->>'p95' FROM json_array_elements(:'status'::json->'projections') p;
SQL
  kill "$relay"
  wait "$relay" || true
  relay=
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

postgres=$("$FRESHET_PG_BIN/postgres" -V | awk '{print $3}')
echo "$(nproc) cores, shared with PostgreSQL $postgres and Kafka"
drain update alone warm >/dev/null  # the broker's code is compiled while it runs
for round in $(seq "$rounds"); do
  for work in 'update alone' 'delete alone' 'update beside'; do
    read -r mode how <<<"$work"
    drain "$mode" "$how" "$round" | tee -a "$folder/$mode-$how" |
      awk -v w="$work" '{ printf "%-14s %s events/s, %s bytes of WAL per event\n", w, $1, $2 }'
  done
  live "$round" | tee -a "$folder/live" | sed 's/^/lag at 500\/s    p95 ms /'
done
for work in update-alone delete-alone update-beside; do
  echo "median $work: $(median <"$folder/$work") events/s"
done
echo "median p95 at 500/s: $(median <"$folder/live") ms"
