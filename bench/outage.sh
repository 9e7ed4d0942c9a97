#!/usr/bin/env bash
# What a broker that stops for a minute costs the projections:  outage.sh [SECONDS]      (60)
# Run it by ./dev bench outage. 1,000 events/s, two projections and a forward; the projections' p95
# lag over a minute with the broker and over a minute with the broker stopped (SIGSTOP), by the
# database's clock; how fast what piled up drains once it goes on, and how fast as many events go
# out of an outbox that has nothing but the forward.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

seconds=${1:-60}
folder=$(mktemp -d "${TMPDIR:-/tmp}/freshet-outage-XXXXXX")
relay=
# shellcheck disable=SC2317  # called by the trap
clean_up() {
  kill -CONT "$FRESHET_TEST_KAFKA_PID" 2>/dev/null || true
  [ -z "$relay" ] || kill "$relay" 2>/dev/null || true
  rm -rf "$folder"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

psql() { "$FRESHET_PG_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 "$@"; }
fail() { printf 'outage: %s\n' "$1" >&2; tail -n 20 "$folder/log" >&2; exit 1; }

# new NAME beside|alone: a database, its topic and its settings file.
new() {
  psql "$FRESHET_TEST_URL" -c "CREATE DATABASE outage_$1"
  url=${FRESHET_TEST_URL%/*}/outage_$1
  cat >"$folder/$1.toml" <<TOML
[relay]
flight_record_dir = "$folder"
[[database]]
name = "main"
url  = "$url"
[kafka]
brokers = "$FRESHET_TEST_KAFKA"
[[forward]]
name   = "out"
events = ["*"]
topic  = "outage-$1"
TOML
  [ "$2" = alone ] || cat >>"$folder/$1.toml" <<'TOML'
[[projection]]
name   = "one"
events = ["*"]
sql    = "INSERT INTO one (id) SELECT id FROM events ORDER BY seq"
[[projection]]
name   = "two"
events = ["*"]
sql    = "INSERT INTO two (id) SELECT id FROM events ORDER BY seq"
TOML
  build/freshet migrate -c "$folder/$1.toml" >"$folder/log" 2>&1 || fail "migrate failed"
  psql "$url" -c 'CREATE TABLE one (id uuid); CREATE TABLE two (id uuid)'
  build/freshet_kafka_topic create "$FRESHET_TEST_KAFKA" "outage-$1" 4
}

write() {
  echo "INSERT INTO event_publication (event_type, serialized_event, aggregate_id)
        VALUES ('Thing', json_build_object('note', repeat('x', 250)),
                (random() * 1000)::int::text);" >"$folder/insert.sql"
  "$FRESHET_PG_BIN/pgbench" -n -R 1000 -c 4 -T "$seconds" -f "$folder/insert.sql" "$url" \
    >>"$folder/log" 2>&1 || fail "pgbench failed"
}

# The projections' p95 over the last minute in which they had work, the slower one's.
p95() {
  sleep 2  # the relay writes its numbers once a second
  build/freshet status --json -c "$folder/beside.toml" >"$folder/status.json"
  psql "$url" -v status="$(cat "$folder/status.json")" <<'SQL'
SELECT max((p->'lag_ms'->>'p95')::float) FROM json_array_elements(:'status'::json->'projections') p
 WHERE p->>'kind' = 'projection';
SQL
}

open_deliveries() { psql "$url" -c "SELECT count(*) FROM event_delivery"; }

new beside beside
build/freshet run -c "$folder/beside.toml" >>"$folder/log" 2>&1 &
relay=$!
write
well=$(p95)
echo "with the broker:    projections' p95 $well ms"
kill -STOP "$FRESHET_TEST_KAFKA_PID"
write
without=$(p95)
echo "without the broker: projections' p95 $without ms"
piled=$(open_deliveries)
began=$(psql "$url" -c "SELECT clock_timestamp()")
kill -CONT "$FRESHET_TEST_KAFKA_PID"
for _ in {1..6000}; do
  now=$(open_deliveries)
  # From the first that leaves: until then the relay waits for its next try, ten seconds at most.
  [ "$now" != "$piled" ] || began=$(psql "$url" -c "SELECT clock_timestamp()")
  [ "$now" != 0 ] || break
  sleep 0.05
done
[ "$(open_deliveries)" = 0 ] || fail "what piled up did not drain"
drained=$(psql "$url" -c "SELECT round($piled / extract(epoch FROM clock_timestamp() - '$began'))")
[ "$(psql "$url" -c "SELECT coalesce(sum(attempts), 0) FROM event_delivery")" = 0 ] ||
  fail "an attempt was counted"
kill "$relay"
wait "$relay" || true
relay=
echo "$piled deliveries piled up and drained at $drained/s"

new alone alone
psql "$url" -c "INSERT INTO event_publication (event_type, serialized_event, aggregate_id)
  SELECT 'Thing', json_build_object('note', repeat('x', 250)), n % 1000
    FROM generate_series(1, $piled) n"
psql "$url" -c "VACUUM ANALYZE event_publication" -c CHECKPOINT
began=$(psql "$url" -c "SELECT clock_timestamp()")
build/freshet run -c "$folder/alone.toml" --drain >>"$folder/log" 2>&1 || fail "the relay failed"
direct=$(psql "$url" -c "SELECT round($piled / extract(epoch FROM clock_timestamp() - '$began'))")
echo "as many events straight from the outbox: $direct/s"
awk -v a="$well" -v b="$without" -v d="$drained" -v e="$direct" \
  'BEGIN { printf "lag %.2f times, drain %.2f times the direct one\n", b / a, d / e }'
