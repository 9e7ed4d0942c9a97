#!/usr/bin/env bash
# pg-boss as a peer of the bench; ../common.sh has what the peers share.
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "$0")/../common.sh"

needs() { needs_node; }
bring() { bring_node; }
version() { echo "pg-boss 12.35.0, 4 loops of 500, set-based, completed in the same transaction"; }
program() { node "$@"; }

# The columns that its client fills from the queue; and its notification.
write() {
  write_by_sql "$@" "
    WITH job AS (
      INSERT INTO pgboss.job (name, data, expire_seconds, deletion_seconds, keep_until, retry_limit,
                              retry_delay, retry_backoff, policy)
      SELECT name, \$3::jsonb, expire_seconds, deletion_seconds,
             now() + retention_seconds * interval '1s', retry_limit, retry_delay, retry_backoff,
             policy
        FROM pgboss.queue WHERE name = 'bench'
      RETURNING name)
    SELECT pg_notify('pgboss_' || left(encode(sha224('pgboss'), 'hex'), 24), name) FROM job"
}

peer "$@"
