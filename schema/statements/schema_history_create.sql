-- name: schema_history_create
CREATE TABLE IF NOT EXISTS freshet_schema_history (
  version     integer     PRIMARY KEY,
  file        text        NOT NULL,
  checksum    text        NOT NULL,
  started_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  by          text        NOT NULL
);
