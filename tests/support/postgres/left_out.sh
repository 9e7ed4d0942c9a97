#!/usr/bin/env bash
# Prints the suites that `./dev test --server` leaves out, as patterns of Google Test: those of the
# files below, which say least of another version of PostgreSQL.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

left_out=(
  memory_store tidy unit  # no server, but for unit/decode
  pg/chaos                # the harness of chaos, which is for Debian's server
  # With a broker; the forwards in pg/ do without.
  e2e/forward e2e/carry/partitions_test.cpp faults/{forward_outage,kafka_fault}_test.cpp
  # What breaks there is the process, the network, the pooler, the resolver.
  faults/{crash,hint_fault,leak,network_fault,pooler_fault,resolver_fault,stop,zombie}_test.cpp
  # About many databases and their process: what each asks of its server runs in others. The watch
  # of sleepers, which reads the server's statistics, is in (asleep_test).
  e2e/operate/{many_databases,neighbours,fleet_start,fleet_migrate,tenant,come_and_go}_test.cpp
  # Long, and about what the relay makes of it: the same SQL runs in others.
  e2e/carry/incident_log_test.cpp
  pg/engine/{stuck_event,optimistic_part}_test.cpp pg/projections/{laws,at_once}_test.cpp
)
but=unit/decode

tests_in() { find "$@" -name '*_test.cpp'; }
suites() { xargs sed -nE 's/^TEST(_[FP])?\((\w+),.*/\2/p' | sort -u; }

out=$(tests_in "${left_out[@]}" | grep -v "^$but/")
kept=$(tests_in * | grep -vxF "$out")
# A suite may have a namesake among those that are kept.
comm -23 <(suites <<<"$out") <(suites <<<"$kept") | sed 's|.*|&.*:*/&.*|' | paste -sd:
