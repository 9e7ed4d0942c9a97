#!/usr/bin/env bash
# Feeds each parser of untrusted text with what libFuzzer makes up:  run.sh [SECONDS]
# Each target is a few files, compiled by clang with sanitizers and no other part of the house. What
# breaks one is left in build-fuzz/; put it into tests/fuzz/corpus/TARGET/ together with the mend.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
[[ $seconds =~ ^[1-9][0-9]*$ ]] || { echo "fuzz: SECONDS must be a whole number" >&2; exit 2; }

folder=build-fuzz
mkdir -p "$folder"
cmake -S . -B "$folder/house" -G Ninja >"$folder/house.log" 2>&1 ||
  { cat "$folder/house.log" >&2; exit 1; }
export ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1
export UBSAN_OPTIONS=print_stacktrace=1:halt_on_error=1

sources() {
  case $1 in
    settings) echo relay/settings/*.cpp relay/base/{host_name,in_quotes}.cpp \
      relay/flow/crash/flight_folder.cpp relay/pg/conninfo.cpp projections/suggest.cpp \
      projections/sql/tokens.cpp ;;
    payload) echo relay/decode/payload_{check,walk}.cpp ;;
    patterns) echo projections/type_pattern.cpp projections/event_template.cpp \
      projections/event.cpp projections/suggest.cpp ;;
    records) echo relay/forward/{format,recipe,plain,cloudevents,debezium,event_headers}.cpp \
      relay/forward/{rfc3339,topic_name,trace_context}.cpp relay/base/in_quotes.cpp \
      projections/{event,event_template,suggest}.cpp ;;
    sql) echo projections/sql/{statement,tokens,transaction_command}.cpp projections/suggest.cpp ;;
  esac
}

# NDEBUG as in every build of ours: what a library only asserts is what the sanitizers then judge.
# Not `unreachable`: toml++ 3.3 claims it of letters such as U+017C, and is right all the same.
flags=(-std=c++20 -O1 -g1 -DNDEBUG -fno-omit-frame-pointer -w -fno-sanitize-recover=all
  -fsanitize=fuzzer,address,undefined -fno-sanitize=unreachable
  -I. -I"$folder/house/generated" -isystem /usr/include/postgresql)
compiler=(clang++)
! command -v ccache >/dev/null || compiler=(ccache clang++)

# Into objects, which ccache keeps. Each target has its own, as targets are built beside each other.
build() {
  local file object objects=()
  # shellcheck disable=SC2046  # a list of files without blanks
  for file in "tests/fuzz/$1_fuzz.cpp" $(sources "$1"); do
    object=$folder/$1-$(tr / _ <<<"$file").o
    "${compiler[@]}" "${flags[@]}" -c "$file" -o "$object"
    objects+=("$object")
  done
  clang++ "${flags[@]}" "${objects[@]}" -o "$folder/$1" -lpqxx -lpq -lsimdjson
}

run() {
  build "$1"
  mkdir -p "$folder/corpus/$1"
  "$folder/$1" -max_total_time="$seconds" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
    -print_final_stats=1 -artifact_prefix="$folder/$1-" \
    "$folder/corpus/$1" "tests/fuzz/corpus/$1"
}

# As many at once as there are cores.
read -ra targets <<<"${FRESHET_FUZZ_TARGETS:-settings payload patterns records sql}"
declare -A runs
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge "$(nproc)" ]; do wait -n || true; done
  run "$target" >"$folder/$target.log" 2>&1 &
  runs[$target]=$!
done

failed=0
for target in "${targets[@]}"; do
  if wait "${runs[$target]}"; then
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$folder/$target.log")
    echo "fuzz: $target: $inputs inputs in $seconds s, nothing found"
  else
    grep -E 'error:|ERROR|SUMMARY|Test unit written|runtime error|^    #' "$folder/$target.log" |
      head -20 >&2 || true
    echo "fuzz: $target: broken; all of it is in $folder/$target.log" >&2
    failed=1
  fi
done
exit $failed
