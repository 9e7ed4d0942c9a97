#!/usr/bin/env bash
# Runs the chaos harness against every rule of the relay that can be switched off, one after the
# other, and fails when one is not caught:  sabotages.sh PROGRAM [--sabotage all] [ARG ...]
# The rules are those that the sources ask for by sabotaged("RULE"). Each has up to three tries,
# each with another seed; arguments such as --minutes go to every run.
set -euo pipefail
program=$1
shift
args=()
while [ $# -gt 0 ]; do
  case $1 in
    --sabotage | --seed) shift ;;
    *) args+=("$1") ;;
  esac
  shift
done
case " ${args[*]} " in *' --minutes '*) ;; *) args+=(--minutes 0.7) ;; esac

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
rules=$(grep -rhoE 'sabotaged\("[a-z0-9_]+"\)' "$root/relay" "$root/projections" |
  sed -E 's/.*"(.*)".*/\1/' | sort -u)
[ -n "$rules" ] || { echo "sabotages: the sources ask for no rule"; exit 1; }

# What a rule's absence needs to show itself, where the ordinary mixture is too thin.
faults_for() {
  sed -nE "s/^$1 +(.*)/\1/p" "$root/tests/chaos/sabotages.txt"
}

log=$(mktemp)
trap 'rm -f "$log"' EXIT
missed=()
for rule in $rules; do
  caught=
  faults=$(faults_for "$rule")
  for seed in 1 2 3; do
    if ! "$program" --seed "$seed" --sabotage "$rule" ${faults:+--faults "$faults"} \
        "${args[@]}" >"$log" 2>&1; then
      if grep -q '^VIOLATION' "$log"; then caught=$seed; fi
    fi
    # Folders of runs that are meant to fail are of no use.
    folder=$(sed -n 's/^logs and data: //p' "$log")
    [ -z "$folder" ] || rm -rf "$folder"
    [ -z "$caught" ] || break
  done
  if [ -n "$caught" ]; then
    printf '%-32s caught, seed %s: %s\n' "$rule" "$caught" \
      "$(grep -m1 '^VIOLATION' "$log" | cut -c11-130)"
  else
    printf '%-32s NOT CAUGHT\n' "$rule"
    tail -3 "$log"
    missed+=("$rule")
  fi
done
[ ${#missed[@]} = 0 ] || { echo "not caught: ${missed[*]}"; exit 1; }
