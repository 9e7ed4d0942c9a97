#!/usr/bin/env bash
# Tries a peer's drain, after a change of one: try.sh NAME [EVENTS [VERB]] (20,000 drain) Run it by
# ./dev postgres bench/peers/try.sh NAME. What it prints is a sign of health, no measure.
set -euo pipefail
folder=$(cd "$(dirname "$0")" && pwd)
peer=$folder/$1/peer.sh
events=${2:-20000}
url=${FRESHET_TEST_URL%/*}/try
worker=
trap '[ -z "$worker" ] || kill -TERM "$worker" 2>/dev/null || true' EXIT
trap 'exit 130' INT TERM

sql() { "$FRESHET_PG_BIN/psql" -X -q -At -v ON_ERROR_STOP=1 "$@"; }
done_so_far() { sql "$url" -c 'SELECT coalesce(sum(events), 0) FROM bench_state'; }
clock() { sql "$url" -c 'SELECT extract(epoch FROM clock_timestamp())'; }

"$peer" install
"$peer" version
PGOPTIONS='-c client_min_messages=warning' sql "$FRESHET_TEST_URL" \
  -c 'DROP DATABASE IF EXISTS try' -c 'CREATE DATABASE try'
"$peer" setup "$url"
"$peer" publish "$url" "$events"
sql "$url" -c CHECKPOINT
began=$(clock) first=
"$peer" "${3:-drain}" "$url" &
worker=$!
for _ in {1..2400}; do
  now=$(done_so_far)
  if [ -z "$first" ] && [ "$now" != 0 ]; then first=$(clock); fi
  [ "$now" -lt "$events" ] || break
  kill -0 "$worker" || exit 1
  sleep 0.05
done
ended=$(clock)
rss=$(awk '/VmHWM/ { print int($2 / 1024) }' "/proc/$worker/status")
kill -TERM "$worker"
status=0
wait "$worker" || status=$?
worker=
echo "$(done_so_far) effects of $events, $(sql "$url" -c 'SELECT count(*) FROM bench_state') keys"
awk -v b="$began" -v f="$first" -v e="$ended" -v n="$events" -v rss="$rss" -v s="$status" 'BEGIN {
  printf "%d/s from the start, %d/s from the first effect, %d MB, ended with status %d\n",
         n / (e - b), n / (e - f), rss, s }'
