-- freshet: retry on lock timeout
-- What the relays keep beside the outbox. Who writes what: schema/README.md. No foreign keys: each
-- would cost a lookup and a row lock per event, and events may be deleted before their history is.
DROP TABLE IF EXISTS freshet_adopt, freshet_adopt_progress;

CREATE TABLE event_listener (
  name     text        PRIMARY KEY,
  patterns text[]      NOT NULL,
  kind     text        NOT NULL DEFAULT 'projection',
  on_dead  text        NOT NULL DEFAULT 'block' CHECK (on_dead IN ('block', 'skip')),
  detached boolean     NOT NULL DEFAULT false,
  state    text        NOT NULL DEFAULT 'active' CHECK (state IN ('active', 'paused', 'retired')),
  reason   text,
  since    timestamptz NOT NULL DEFAULT clock_timestamp()
);

CREATE TABLE event_lane (
  lane    smallint NOT NULL,
  drainer text     NOT NULL DEFAULT '',
  PRIMARY KEY (lane, drainer)
);
INSERT INTO event_lane (lane) SELECT generate_series(0, 63);

-- A queue: few rows, many updates. The server's default would be fine for its size, but it grows to
-- a million when a listener is down and must shrink again afterwards.
CREATE TABLE event_delivery (
  event_id        uuid        NOT NULL,
  listener        text        NOT NULL,
  lane            smallint    NOT NULL,
  seq             bigint      NOT NULL,
  key             text        COLLATE "C" NOT NULL,
  state           text        NOT NULL CHECK (state IN ('ready', 'retrying', 'waiting', 'dead')),
  attempts        smallint    NOT NULL DEFAULT 0,
  next_attempt_at timestamptz,
  error_class     text,
  last_error      text,
  first_failed_at timestamptz,
  PRIMARY KEY (event_id, listener)
) WITH (autovacuum_vacuum_scale_factor = 0.01, autovacuum_vacuum_threshold = 1000);
CREATE INDEX event_delivery_key ON event_delivery (lane, key, listener, seq);
CREATE INDEX event_delivery_state ON event_delivery (listener, state);

CREATE TABLE event_attempt (
  event_id    uuid        NOT NULL,
  listener    text        NOT NULL,
  attempt     smallint    NOT NULL,
  at          timestamptz NOT NULL DEFAULT clock_timestamp(),
  error_class text        NOT NULL,
  error       text        NOT NULL,
  PRIMARY KEY (event_id, listener, attempt)
);

CREATE TABLE projection_freshness (
  listener        text        NOT NULL,
  instance        text        NOT NULL,
  seen_at         timestamptz NOT NULL,
  last_seq        bigint,
  last_event_at   timestamptz,
  last_applied_at timestamptz,
  applied_total   bigint      NOT NULL DEFAULT 0,
  lag_buckets     int[]       NOT NULL DEFAULT '{}',
  lag_counts      bigint[]    NOT NULL DEFAULT '{}',
  trouble         text,
  PRIMARY KEY (listener, instance)
);

CREATE TABLE freshet_setting (
  name  text PRIMARY KEY,
  value text NOT NULL
);
INSERT INTO freshet_setting VALUES ('lanes', '64'), ('listeners_version', '1');

-- For those who want the relay woken: opt in with
--   CREATE TRIGGER wake_freshet AFTER INSERT ON event_publication
--     FOR EACH STATEMENT EXECUTE FUNCTION freshet_notify();
CREATE OR REPLACE FUNCTION freshet_notify() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_catalog.pg_notify('freshet', '');
  RETURN NULL;
END $$;

-- Some applications have a guard table or an archive already: both are taken over. Last, so that
-- their locks are held for an instant only.
-- COLLATE "C": keys are compared by their bytes. Purged in batches, so vacuumed in good time.
CREATE TABLE IF NOT EXISTS processed_events (
  idempotency_key varchar(255) COLLATE "C" PRIMARY KEY,
  processed_at    timestamptz  NOT NULL
) WITH (autovacuum_vacuum_scale_factor = 0.02);
ALTER TABLE processed_events ALTER COLUMN processed_at SET DEFAULT clock_timestamp();

CREATE TABLE IF NOT EXISTS event_publication_archive (
  id               uuid         PRIMARY KEY,
  event_type       varchar(512) NOT NULL,
  serialized_event text         NOT NULL,
  publication_date timestamptz  NOT NULL,
  completion_date  timestamptz,
  listener_id      varchar(512)
);
ALTER TABLE event_publication_archive
  ADD COLUMN IF NOT EXISTS seq            bigint,
  ADD COLUMN IF NOT EXISTS aggregate_type varchar(255),
  ADD COLUMN IF NOT EXISTS aggregate_id   varchar(255),
  ADD COLUMN IF NOT EXISTS headers        jsonb;
