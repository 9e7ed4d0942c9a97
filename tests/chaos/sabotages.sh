#!/usr/bin/env bash
# Runs the chaos harness against rules of the relay that can be switched off, one after the other,
# and fails when one is not caught:  sabotages.sh PROGRAM [--some N SEED | --only REGEX] [ARG ...]
# The rules are those that the relay's sources and the doors around its store (tests/chaos/service)
# ask for by sabotaged("RULE"); --some takes N of them, chosen by SEED, --only REGEX those that
# match. Each has up to three tries, each with another seed; sabotages.txt says under what, and
# other arguments go to every run. Alone, --list prints the rules.
set -euo pipefail
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)

known_rules() {
  grep -rhoE 'sabotaged\("[a-z0-9_]+"\)' "$root/relay" "$root/projections" \
    "$root/tests/chaos/service" | sed -E 's/.*"(.*)".*/\1/' | sort -u
}

if [ "$*" = --list ]; then
  known_rules
  exit
fi
program=$1
shift
some=() args=() only=.
while [ $# -gt 0 ]; do
  case $1 in
    --some) some=("$2" "$3"); shift 2 ;;
    --only) only=$2; shift ;;
    --sabotage | --seed) shift ;;
    *) args+=("$1") ;;
  esac
  shift
done

mapfile -t rules < <(known_rules | grep -E "$only")
[ ${#rules[@]} -gt 0 ] || { echo "sabotages: the sources ask for no rule"; exit 1; }
if [ ${#some[@]} -gt 0 ]; then
  chosen=()
  for ((i = 0; i < some[0]; i++)); do
    chosen+=("${rules[$(((some[1] + i) % ${#rules[@]}))]}")
  done
  rules=("${chosen[@]}")
fi

log=$(mktemp)
trap 'rm -f "$log"' EXIT
missed=()
for rule in "${rules[@]}"; do
  found='' began=$SECONDS
  broker=(--no-kafka)  # rules about the database need none
  [[ $rule != forward_* && $rule != receipt_* ]] || broker=()
  read -ra under < <(sed -nE "s/^$rule +//p" "$root/tests/chaos/sabotages.txt"; echo)
  for seed in 1 2 3; do
    command=(--seed "$seed" --minutes 0.33 --sabotage "$rule" "${broker[@]}" "${under[@]}"
      "${args[@]}")
    "$program" "${command[@]}" >"$log" 2>&1 || true
    # Not to be done in time proves nothing: the machine may have been busy.
    late='^VIOLATION drained|not drained| (ready|retrying)$'
    found=$(grep '^VIOLATION' "$log" | grep -vE "$late" | sed -n '1s/^VIOLATION //p' || true)
    # Folders of runs that are meant to fail are of no use.
    folder=$(sed -n 's/^logs and data: //p' "$log")
    [ -z "$folder" ] || rm -rf "$folder"
    [ -z "$found" ] || break
  done
  if [ -n "$found" ]; then
    printf '%-26s caught in %3s s, seed %s: %.110s\n' "$rule" $((SECONDS - began)) "$seed" "$found"
  else
    printf '%-26s NOT CAUGHT: ./dev chaos %s\n' "$rule" "${command[*]}"
    tail -3 "$log"
    missed+=("$rule")
  fi
done
[ ${#missed[@]} = 0 ] || { echo "not caught: ${missed[*]}"; exit 1; }
echo "${#rules[@]} sabotages, each caught"
