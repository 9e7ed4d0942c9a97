#!/usr/bin/env bash
# Debezium Server as a peer of the bench's forward; ../common.sh has what the peers share.
# drain and live take URL BROKERS TOPIC_PREFIX; the records go to the topic TOPIC_PREFIX.incident.
# shellcheck source-path=SCRIPTDIR source=../common.sh
. "$(dirname "$0")/../common.sh"

distribution=io.debezium:debezium-server-dist:3.6.0.Final:tar.gz

server_options() { echo wal_level=logical; }

needs() {
  needs_maven
  needs_java_21
}

bring() {
  bring_java_21
  mkdir -p run/config
  maven org.apache.maven.plugins:maven-dependency-plugin:2.8:get -Dtransitive=false \
    -Dartifact="$distribution"
  # Its other connectors and what scripts need take more room than all the rest.
  tar -xzf "$home/m2/io/debezium/debezium-server-dist/"*/*.tar.gz --exclude='*/connectors/*' \
    --exclude='*/lib_opt/*'
  rm -rf "$home/m2"
}

version() {
  echo "Debezium Server 3.6.0, outbox event router, poll.interval.ms 10, max.batch.size 8192, lz4"
}

# The slot is there before the first event, so that all of a backlog is streamed.
setup() {
  sql "$1" <<'SQL'
CREATE TABLE outbox (
  id            uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  aggregatetype varchar(255) NOT NULL,
  aggregateid   varchar(255) NOT NULL,
  type          varchar(255) NOT NULL,
  payload       jsonb
);
CREATE PUBLICATION bench FOR TABLE outbox WITH (publish = 'insert');
SELECT FROM pg_create_logical_replication_slot(current_database() || '_bench', 'pgoutput');
SQL
}

publish() {
  sql "$1" -c "INSERT INTO outbox (aggregatetype, aggregateid, type, payload)
               SELECT 'incident', key, 'IncidentStateChanged', payload::jsonb
                 FROM ($(jobs "$2")) job"
  sql "$1" -c 'VACUUM ANALYZE outbox'
}

# server URL BROKERS TOPIC_PREFIX: its settings but those of PEER_… are in application.properties.
server() {
  url_parts "$1"
  export PEER_BROKERS=$2 PEER_TOPIC_PREFIX=$3
  cp "$home/application.properties" "$home/run/config/"
  rm -f "$home/run/offsets.dat"
  cd "$home/run"
  exec "$(java_21)" -Xmx1g -cp "$(echo ../debezium-server/*-runner.jar):../debezium-server/lib/*" \
    io.debezium.server.Main
}

drain() {
  export PEER_BATCH=8192 PEER_QUEUE=32768 PEER_LINGER=5 PEER_PRODUCER_BATCH=262144
  server "$@"
}

live() {
  export PEER_BATCH=2048 PEER_QUEUE=8192 PEER_LINGER=0 PEER_PRODUCER_BATCH=16384
  server "$@"
}

write() {
  write_by_sql "$@" "
    INSERT INTO outbox (aggregatetype, aggregateid, type, payload)
    SELECT 'incident', \$2, 'IncidentStateChanged', \$3::jsonb"
}

peer "$@"
