#!/usr/bin/env bash
# Spring Modulith's event publication registry as a peer; ../common.sh has what the peers share.
# Its listeners run in the program that publishes. A backlog is what such a program leaves behind
# when it ends early, so drain resubmits it; in live, the one program publishes and listens.
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "$0")/../common.sh"

needs() { needs_maven; }
bring() { bring_maven; }

version() { echo "Spring Modulith 2.1.1, DELETE, 16 threads, drain by resubmission of 500"; }

setup() {
  effects "$1"
  sql "$1" -c "CREATE TABLE bench_order (id bigserial PRIMARY KEY, rate float8 NOT NULL,
                                         seconds float8 NOT NULL, done bool NOT NULL DEFAULT false)"
  (spring "$1" setup)
}

# As the registry writes them, and marks them once they were left behind.
publish() {
  sql "$1" -c "INSERT INTO event_publication (id, listener_id, event_type, serialized_event,
                 publication_date, status, completion_attempts, last_resubmission_date)
               SELECT gen_random_uuid(), 'bench', 'bench.Job', payload, at, 'FAILED', 1, at
                 FROM ($(jobs "$2")) job, clock_timestamp() AS at" \
    -c 'VACUUM ANALYZE event_publication'
}

drain() { spring "$1" drain; }
live() { spring "$1" live; }

# write URL RATE SECONDS: an order to the program that is live, until it is carried out.
write() {
  local order try
  order=$(sql "$1" -c "INSERT INTO bench_order (rate, seconds) VALUES ($2, $3) RETURNING id")
  for ((try = 0; try < 10 * ($3 + 600); ++try)); do
    [ "$(sql "$1" -c "SELECT done FROM bench_order WHERE id = $order")" = f ] || return 0
    sleep 0.1
  done
  fail "the program that is live did not publish"
}

peer "$@"
