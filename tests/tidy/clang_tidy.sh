#!/usr/bin/env bash
# clang-tidy over every .cpp of ours, in parallel:  clang_tidy.sh [JOBS]
# Nearly all it does is walk the headers of libraries, so the files of a folder are checked as one
# unit: in a fifth of the time. The unit holds their texts, not includes of them, as some checks and
# warnings look at a unit's own text alone; its lines are told by the files that they are from.
# What is used in one file of a folder may hide that another uses it not: tests/tidy asks that of
# each by itself (rule "uses").
# A unit that passed is not looked at again until something that clang-tidy reads for it changes:
# its files, a header of ours that they include, how it is compiled, the settings, the tools.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

folder=build-tidy
passed=.cache/clang-tidy

# The files of a unit that CMake wrote, or of one that was unfolded.
files_of() { sed -nE 's@^#include "'"$PWD"'/(.*\.cpp)"$@\1@p; s@^// file: @@p' "$1"; }

# Puts the texts of its files in the place of their includes.
unfold() {
  local file files
  mapfile -t files < <(files_of "$1")
  for file in "${files[@]}"; do
    echo "// file: $file"
    cat "$file"
  done >"$1.new"
  mv "$1.new" "$1"
}

# Says "FILE:LINE:" where clang-tidy said the same of the unit's line.
by_file() {
  awk -v unit="$PWD/$1:" '
    NR == FNR { if (sub("^// file: ", "")) { first[++n] = FNR; file[n] = $0 }; next }
    index($0, unit) == 1 {
      text = substr($0, length(unit) + 1)
      line = text + 0
      for (i = n; i > 1 && first[i] > line;) --i
      sub(/^[0-9]+/, file[i] ":" line - first[i], text)
      $0 = text
    }
    { print }' "$1" -
}

# one FILE SALT: checks a unit or a file that is in none, or finds that it passed already.
if [ "${1:-}" = one ]; then
  file=$2 salt=$3
  mapfile -t inputs < <(g++ -std=c++20 -MM -MG -I. -I"$folder/generated" -x c++ "$file" |
    sed 's/^[^ ]*: //; s/ \\$//' | xargs -n 1 | sort -u)
  key=$({ echo "$salt $file"; sha256sum "${inputs[@]}" .clang-tidy 2>/dev/null || true; } |
    sha256sum | cut -c1-40)
  [ ! -e "$passed/$key" ] || exit 0
  # gcc's own -Wno-… are not clang's
  if said=$(clang-tidy -p "$folder" --quiet --extra-arg=-Wno-unknown-warning-option \
      "$file" 2>&1); then
    touch "$passed/$key"
    exit 0
  fi
  noise='^[0-9]+ warnings?( and [0-9]+ errors?)? (generated|treated)|^Suppressed '
  noise+='|^Use -header-filter|^Error while proc'
  grep -vE "$noise" <<<"$said" | by_file "$file" || true
  if [[ $said == *'[clang-diagnostic-error]'* && $file == *.cxx ]]; then
    echo "clang-tidy: files of $(dirname "$(files_of "$file" | head -1)") are compiled as one." \
      "Where two of them call two things by one name, give one of the two a name that tells more."
  fi
  exit 1
fi

# Without precompiled headers and ccache, which clang-tidy does not understand.
mkdir -p "$passed"
find "$passed" -type f -mtime +30 -delete
cmake -S . -B "$folder" -G Ninja -DCMAKE_BUILD_TYPE=Release -DCCACHE= -DFRESHET_AT_ONCE=1000 \
  -DCMAKE_DISABLE_PRECOMPILE_HEADERS=ON >"$passed.log" || { cat "$passed.log"; exit 1; }
salt=$({
  clang-tidy --version
  g++ --version
  dpkg-query -W 2>/dev/null | grep -E '^lib(pqxx|pq|gtest|gmock|spdlog|fmt|stdc|toml|cli11)' || true
  find CMakeLists.txt relay projections tests bench -name CMakeLists.txt -exec cat {} +
} | sha256sum | cut -c1-40)
mapfile -t units < <(sed -nE 's@^ *"file": "'"$PWD"'/(.*/Unity/.*\.cxx)",?$@\1@p' \
  "$folder/compile_commands.json")
[ ${#units[@]} -gt 0 ] || { echo "clang-tidy: CMake made no unit in $folder" >&2; exit 1; }
in_units=$(for unit in "${units[@]}"; do files_of "$unit"; done | sort)
for unit in "${units[@]}"; do unfold "$unit"; done
# The largest first, so that none is left alone at the end.
{
  ls -S "${units[@]}"
  find relay projections tests bench -name '*.cpp' -type f | sort | comm -23 - <(echo "$in_units")
} | xargs -P "${1:-$(nproc)}" -I{} bash tests/tidy/clang_tidy.sh one {} "$salt" ||
  { echo "clang-tidy: the faults are above" >&2; exit 1; }
