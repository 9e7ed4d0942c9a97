#!/usr/bin/env bash
# Namastack Outbox as a peer of the bench; ../common.sh has what the peers share.
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "$0")/../common.sh"

needs() { needs_maven; }
bring() { bring_maven; }
version() { echo "Namastack Outbox 1.6.0, poll 10 ms, 5,000 keys at once, 16 threads, deletes"; }

# Each process is an instance that owns partitions, even if it only sets up; the worker is to own
# all of them at once.
setup() {
  effects "$1"
  (spring "$1" setup)
  sql "$1" -c 'TRUNCATE outbox_instance, outbox_partition'
}

# record KEY PAYLOAD SOURCE: what its client would insert, as its own performance test does it.
record() {
  echo "INSERT INTO outbox_record (id, status, record_key, record_type, payload, created_at,
                                   failure_count, next_retry_at, partition_no, handler_id)
        SELECT gen_random_uuid(), 'NEW', $1, 'bench.Job', $2, clock_timestamp(), 0,
               clock_timestamp(), partition_no, 'bench.Main\$Handler#handle(bench.Job)'
          FROM $3"
}

publish() {
  sql "$1" -c "$(record key payload "($(jobs "$2")) job JOIN bench_partition USING (key)")" \
    -c 'VACUUM ANALYZE outbox_record'
}

drain() { spring "$1" drain; }
live() { PEER_BATCH=100 spring "$1" live; }

# shellcheck disable=SC2016  # the writer's parameters, not the shell's
write() { write_by_sql "$@" "$(record key '$3::text' 'bench_partition WHERE key = $2')"; }

peer "$@"
