#!/usr/bin/env bash
# clang-tidy over every .cpp of ours, in parallel:  clang_tidy.sh [JOBS]
# A file that passed is not looked at again until something that clang-tidy reads for it changes:
# the file, a header of ours that it includes, how it is compiled, the settings, the tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=build-tidy
passed=.cache/clang-tidy

# one FILE SALT: checks one file, or finds that it passed already.
if [ "${1:-}" = one ]; then
  file=$2 salt=$3
  mapfile -t inputs < <(g++ -std=c++20 -MM -MG -I. -I"$folder/generated" "$file" |
    sed 's/^[^ ]*: //; s/ \\$//' | xargs -n 1 | sort -u)
  key=$({ echo "$salt $file"; sha256sum "${inputs[@]}" .clang-tidy 2>/dev/null || true; } |
    sha256sum | cut -c1-40)
  [ ! -e "$passed/$key" ] || exit 0
  if said=$(clang-tidy -p "$folder" --quiet "$file" 2>&1); then
    touch "$passed/$key"
    exit 0
  fi
  noise='^[0-9]+ warnings? (generated|treated)|^Suppressed |^Use -header-filter'
  grep -vE "$noise" <<<"$said" || true
  exit 1
fi

# Without precompiled headers and ccache, which clang-tidy does not understand.
mkdir -p "$passed"
find "$passed" -type f -mtime +30 -delete
cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCCACHE= \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >"$passed.log" || { cat "$passed.log"; exit 1; }
salt=$({
  clang-tidy --version
  g++ --version
  dpkg-query -W 2>/dev/null | grep -E '^lib(pqxx|pq|gtest|gmock|spdlog|fmt|stdc|toml|cli11)' || true
  find CMakeLists.txt relay projections tests bench -name CMakeLists.txt -exec cat {} +
} | sha256sum | cut -c1-40)
find relay projections tests bench -name '*.cpp' -type f -print0 | sort -z |
  xargs -0 -P "${1:-$(nproc)}" -I{} bash tests/tidy/clang_tidy.sh one {} "$salt" ||
  { echo "clang-tidy: the faults are above" >&2; exit 1; }
