#!/usr/bin/env bash
# Graphile Worker as a peer of the bench; ../common.sh has what the peers share.
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "$0")/../common.sh"

needs() { needs_node; }
bring() { bring_node; }
version() { echo "Graphile Worker 0.18.0, concurrency 24, localQueue 500, completions batched"; }
program() { node "$@"; }

write() {
  write_by_sql "$@" "SELECT (graphile_worker.add_job('bench', \$3::json)).id"
}

peer "$@"
