#!/usr/bin/env bash
# What fits into seven minutes of everything that breaks: three fixed seeds, which are the three
# completion modes, and one new; that one with a fleet; then two sabotages, others each time:
# ci.sh PROGRAM
set -euo pipefail
program=$1
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
new=$((RANDOM * 32768 + RANDOM))
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0

# run SEED ARGUMENT...
run() {
  local began=$SECONDS
  if "$program" --seed "$@" >"$log" 2>&1; then
    echo "seed $*, $((SECONDS - began)) s: $(grep ' events, ' "$log")"
  else
    status=1
    cat "$log"
  fi
}

for seed in 1 2 3 "$new"; do run "$seed" --minutes 0.5; done
run "$new" --fleet --minutes 0.25
bash "$here/sabotages.sh" "$program" --some 2 "$new" || status=1
exit $status
