-- The read models of helpdesk.toml. Run it once:
--   psql "$FRESHET_DATABASE_URL" -f config/helpdesk.sql

-- Where each incident stands now.
CREATE TABLE IF NOT EXISTS incident_board (
  number           text        PRIMARY KEY,
  state            text        NOT NULL,
  assignment_group text        NOT NULL,    -- '?' is none
  assigned_to      text        NOT NULL,    -- '?' is nobody
  priority         text        NOT NULL,    -- '?' is unknown
  opened_at        timestamptz NOT NULL,    -- time of its first event
  updated_at       timestamptz NOT NULL,    -- time of its last event
  last_seq         bigint      NOT NULL
);

-- How many incidents are open in each assignment group; a group without any has no row.
-- (No CHECK: an upsert checks the row that it proposes, which may be a difference below zero.)
CREATE TABLE IF NOT EXISTS open_by_group (
  assignment_group text   PRIMARY KEY,
  open_incidents   bigint NOT NULL
);
-- Kept by the projection for itself: where each incident is counted; NULL when it is not open.
CREATE TABLE IF NOT EXISTS open_by_group_incident (
  number           text PRIMARY KEY,
  assignment_group text
);

-- How long each incident was in each state, up to its last event.
-- (A number of seconds: intervals that add up to the same can differ in their days.)
CREATE TABLE IF NOT EXISTS time_in_state (
  number  text    NOT NULL,
  state   text    NOT NULL,
  seconds numeric NOT NULL,
  PRIMARY KEY (number, state)
);
-- Kept by the projection for itself: the state that each incident is in, and since when.
CREATE TABLE IF NOT EXISTS time_in_state_now (
  number text        PRIMARY KEY,
  state  text        NOT NULL,
  since  timestamptz NOT NULL
);
