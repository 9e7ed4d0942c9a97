-- The outbox with its six original columns, and the functions that later steps build on.
-- An application that already has the table keeps it: V002 adds what is missing.
-- The bodies are parsed here, once (RETURN, not a string), so that no search_path can change their
-- meaning: PostgreSQL 17 builds indexes with an empty one.

-- A UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits. Keys made of it append to their
-- index instead of tearing through it.
CREATE OR REPLACE FUNCTION freshet_uuid7() RETURNS uuid
LANGUAGE sql VOLATILE PARALLEL SAFE
RETURN encode(
  set_bit(set_bit(
    overlay(uuid_send(gen_random_uuid())
            PLACING substring(
              int8send(floor(extract(epoch FROM clock_timestamp()) * 1000)::bigint) FROM 3)
            FROM 1 FOR 6),
    52, 1), 53, 1), 'hex')::uuid;

-- The lane of an event: a stable hash of its key into 64 buckets. The number is part of the function,
-- because an index is built on it. Not a word here may change without a new index. COLLATE "C": the
-- hash is of the bytes, whatever collation an application's own column has.
CREATE OR REPLACE FUNCTION freshet_lane(aggregate_type text, aggregate_id text, id uuid)
RETURNS smallint
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN (hashtextextended(
  CASE WHEN aggregate_id IS NULL THEN id::text
       ELSE coalesce(aggregate_type, '') || chr(31) || aggregate_id END COLLATE "C",
  0) & 63)::smallint;

-- Every writer runs both, the one in a default and the other in an index. PUBLIC has EXECUTE anyway,
-- unless ALTER DEFAULT PRIVILEGES took it away.
GRANT EXECUTE ON FUNCTION freshet_uuid7(), freshet_lane(text, text, uuid) TO PUBLIC;

CREATE TABLE IF NOT EXISTS event_publication (
  id               uuid          PRIMARY KEY DEFAULT freshet_uuid7(),
  event_type       varchar(512)  NOT NULL,
  serialized_event text          NOT NULL,
  publication_date timestamptz   NOT NULL DEFAULT clock_timestamp(),
  completion_date  timestamptz,
  listener_id      varchar(512)
);
