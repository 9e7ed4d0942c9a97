-- Replays of kept history to another topic: what was chosen, and how far each has come. Tables of
-- their own, so that nobody who writes or relays waits for them.
CREATE TABLE forward_replay (
  id            bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  forward       text        NOT NULL,
  topic         text        NOT NULL,
  filter        text        NOT NULL DEFAULT '',
  began_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  bound         bigint,
  total         bigint,
  left_out      bigint,
  done          bigint      NOT NULL DEFAULT 0,
  sent          bigint      NOT NULL DEFAULT 0,
  refused       bigint      NOT NULL DEFAULT 0,
  vanished      bigint      NOT NULL DEFAULT 0,
  claim         uuid,
  claimed_by    text,
  claimed_until timestamptz,
  ended_at      timestamptz
);
CREATE UNIQUE INDEX forward_replay_open ON forward_replay (forward, topic) WHERE ended_at IS NULL;

-- Filled at once and emptied batch by batch: few rows as a rule, a great many at times.
CREATE TABLE forward_replay_event (
  replay   bigint NOT NULL,
  place    bigint NOT NULL,
  event_id uuid   NOT NULL,
  PRIMARY KEY (replay, place)
) WITH (autovacuum_vacuum_scale_factor = 0.02);
