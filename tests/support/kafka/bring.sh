#!/usr/bin/env bash
# Brings Apache Kafka into a folder, once:  bring.sh FOLDER
#   FOLDER/libs       the jars, of the version in pom.xml, from Maven Central
#   FOLDER/formatted  how a data folder begins, with the password of KafkaBroker's user for SCRAM
#   FOLDER/kafka.jsa  Kafka's classes as the JVM keeps them: a broker starts in half the time
# Each is put in its place when it is whole. Needs java and mvn.
set -euo pipefail
[ $# = 1 ] || { sed -n '2,6p' "$0" >&2; exit 2; }
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
mkdir -p "$1"
folder=$(cd "$1" && pwd)
exec 9>"$folder/lock"
flock 9

rm -rf "$folder"/new-*  # of one that was killed
work=$(mktemp -d "$folder/new-XXXXXX")
broker=
# shellcheck disable=SC2317  # called by the trap
clean_up() {
  [ -z "$broker" ] || kill -KILL "$broker" 2>/dev/null || true
  rm -rf "$work"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

fail() {
  printf 'bring Kafka: %s\n' "$1" >&2
  tail -n 20 "$2" >&2
  exit 1
}

bring_jars() {
  echo "bring Kafka: the jars of Apache Kafka, 46 MB, into ${folder#"$PWD"/}" >&2
  cp "$here/pom.xml" "$work/"
  local copy=org.apache.maven.plugins:maven-dependency-plugin:3.6.1:copy-dependencies
  mvn -B --strict-checksums -f "$work/pom.xml" "$copy" -DincludeScope=runtime \
    -DoutputDirectory="$work/libs" >"$work/log" 2>&1 9>&- </dev/null ||
    fail "Maven could not bring the jars:" "$work/log"
  cp "$here/pom.xml" "$work/libs/"
  rm -rf "$folder/libs" "$folder/kafka.jsa"
  mv "$work/libs" "$folder/libs"
}

# In place of a subshell, so that it is what a signal reaches; and it does not outlive this script.
run_java() {
  exec setpriv --pdeathsig KILL java @"$here/jvm.args" -cp "$folder/libs/*" "$@" 9>&- </dev/null
}

settings() {
  cat "$here/broker.properties"
  cat <<SETTINGS
log.dirs=$work/data
listeners=PLAINTEXT://127.0.0.1:$1,CONTROLLER://127.0.0.1:$(($1 + 1))
advertised.listeners=PLAINTEXT://127.0.0.1:$1
controller.quorum.voters=1@127.0.0.1:$(($1 + 1))
SETTINGS
}

format() {
  settings 1 >"$work/formatting"
  (run_java kafka.tools.StorageTool format -c "$work/formatting" \
    -t AAAAAAAAQACAAAAAAAAAAA --add-scram 'SCRAM-SHA-256=[name=relay,password=pa55-w0rd]' \
    --add-scram 'SCRAM-SHA-512=[name=relay,password=pa55-w0rd]') >"$work/log" 2>&1 ||
    fail "Kafka's storage tool failed:" "$work/log"
  rm -rf "$folder/formatted"
  cp -r "$work/data" "$folder/formatted"
}

# Whether a broker started on the port answers within a minute.
answers() {
  local _
  for _ in {1..600}; do
    kill -0 "$broker" 2>/dev/null || return 1
    ! (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null || return 0
    sleep 0.1
  done
  return 1
}

# What classes a broker needs is learnt from one that starts and ends.
archive_classes() {
  local port _
  for _ in 1 2 3; do
    port=$((20000 + RANDOM % 12000))
    rm -rf "$work/data"
    cp -r "$folder/formatted" "$work/data"
    settings "$port" >"$work/server.properties"
    run_java -XX:ArchiveClassesAtExit="$work/kafka.jsa" kafka.Kafka "$work/server.properties" \
      >"$work/log" 2>&1 &
    broker=$!
    if answers "$port"; then
      kill -TERM "$broker"
      wait "$broker" || true
      broker=
      [ -e "$work/kafka.jsa" ] || fail "the JVM kept no archive of its classes:" "$work/log"
      mv "$work/kafka.jsa" "$folder/kafka.jsa"
      return
    fi
    kill -KILL "$broker" 2>/dev/null || true
    wait "$broker" || true
  done
  fail "the broker did not start:" "$work/log"
}

# Another JVM cannot use the archive of the one before.
archive_is_current() {
  local archive=$folder/kafka.jsa
  [ -e "$archive" ] &&
    [ "$(stat -Lc %Z "$(command -v java)")" -le "$(stat -c %Y "$archive")" ]
}

cmp -s "$here/pom.xml" "$folder/libs/pom.xml" || bring_jars
archive_is_current || { format; archive_classes; }
