#!/usr/bin/env bash
# Whether a slow projection delays the others:  detached.sh [ROUNDS]      (3)
# Run it by ./dev bench detached. 500 events/s for twelve seconds, one quick projection; in every
# other run a detached projection beside it that takes two seconds per batch. Prints the quick one's
# p95 lag, by the database's clock, and the ratio of the medians.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rounds=${1:-3}
seconds=12
folder=$(mktemp -d "${TMPDIR:-/tmp}/freshet-detached-XXXXXX")
relay=
trap '[ -z "$relay" ] || kill "$relay" 2>/dev/null || true; rm -rf "$folder"' EXIT
trap 'exit 130' INT TERM

psql() { "$FRESHET_PG_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 "$@"; }

settings() {
  cat <<TOML
[relay]
flight_record_dir = "$folder"
[[database]]
name = "main"
url  = "$url"
[[projection]]
name   = "quick"
events = ["*"]
sql    = "INSERT INTO quick (id) SELECT id FROM events ORDER BY seq"
TOML
  [ "$1" = alone ] || cat <<'TOML'
[[projection]]
name     = "slow"
events   = ["*"]
detached = true
sql      = "INSERT INTO slow (id) SELECT id FROM events, (SELECT pg_sleep(2)) s ORDER BY seq"
TOML
}

# One run; prints the p95 in milliseconds.
run() {
  local database=detached_$1_$2
  psql "$FRESHET_TEST_URL" -c "CREATE DATABASE $database"
  url=${FRESHET_TEST_URL%/*}/$database
  settings "$1" >"$folder/freshet.toml"
  build/freshet migrate -c "$folder/freshet.toml" >"$folder/log" 2>&1
  psql "$url" -c 'CREATE TABLE quick (id uuid); CREATE TABLE slow (id uuid)'
  echo "INSERT INTO event_publication (event_type, serialized_event, aggregate_id)
        VALUES ('Thing', '{}', (random() * 1000)::int::text);" >"$folder/insert.sql"
  build/freshet run -c "$folder/freshet.toml" >>"$folder/log" 2>&1 &
  relay=$!
  "$FRESHET_PG_BIN/pgbench" -n -R 500 -c 4 -T "$seconds" -f "$folder/insert.sql" "$url" \
    >>"$folder/log" 2>&1
  sleep 2  # the relay writes its numbers once a second
  build/freshet status --json -c "$folder/freshet.toml" >"$folder/status.json"
  psql "$url" -v status="$(cat "$folder/status.json")" <<'SQL'
SELECT p->'lag_ms'->>'p95' FROM json_array_elements(:'status'::json->'projections') p
 WHERE p->>'name' = 'quick';
SQL
  kill "$relay"
  wait "$relay" || true
  relay=
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

for round in $(seq "$rounds"); do
  run alone "$round" | tee -a "$folder/alone" | sed 's/^/quick alone:            p95 ms /'
  run beside "$round" | tee -a "$folder/beside" | sed 's/^/quick beside a slow one: p95 ms /'
done
awk -v a="$(median <"$folder/alone")" -v b="$(median <"$folder/beside")" \
  'BEGIN { printf "median %s and %s ms: %.2f times\n", a, b, b / a }'
