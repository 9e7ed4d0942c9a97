#!/usr/bin/env bash
# River as a peer of the bench; ../common.sh has what the peers share.
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "$0")/../common.sh"

needs() { needs_go 1.26; }
bring() { bring_go; }
version() { echo "River 0.51.1, 500 workers, FetchCooldown 1 ms, batch completer"; }

program() { exec "$home/bin/river" "$@"; }

# Beside the contract: each job completed in the transaction of its effect.
drain_tx() { program drain-tx "$1"; }

write() {
  write_by_sql "$@" "
    WITH job AS (
      INSERT INTO river_job (args, kind, max_attempts)
      SELECT \$3::jsonb, 'bench', 25
      RETURNING queue)
    SELECT pg_notify(current_schema() || '.river_insert', json_build_object('queue', queue)::text)
      FROM job"
}

peer "$@"
