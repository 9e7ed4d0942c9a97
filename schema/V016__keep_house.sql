-- freshet: retry on lock timeout
-- Upkeep: what one relay of a database does for all of them. A lease instead of a session's lock:
-- it works through a pooler, and ends by itself when its holder dies.
SET LOCAL lock_timeout = '5s';  -- nobody else's tables
CREATE TABLE upkeep_lease (
  name       text        PRIMARY KEY,
  holder     text        NOT NULL DEFAULT '',
  held_until timestamptz NOT NULL DEFAULT '-infinity'
);
INSERT INTO upkeep_lease (name) VALUES ('upkeep');

-- How far each sweep over a table is, in pages: whoever holds the lease next goes on there.
CREATE TABLE upkeep_sweep (
  name          text        PRIMARY KEY,
  next_page     bigint      NOT NULL DEFAULT 0,
  pages         bigint      NOT NULL DEFAULT 0,
  began_at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at   timestamptz,
  removed       bigint      NOT NULL DEFAULT 0,
  removed_total bigint      NOT NULL DEFAULT 0
);

-- What should not have existed.
CREATE TABLE upkeep_repair (
  kind     text        PRIMARY KEY,
  repaired bigint      NOT NULL,
  last_at  timestamptz NOT NULL,
  last_ids text        NOT NULL
);

-- A relay's role that was granted what it needed before this migration needs these as well. Told
-- by event_delivery, from which nobody but relays deletes.
DO $$
DECLARE grantee oid;
BEGIN
  FOR grantee IN
    SELECT a.grantee
      FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
     WHERE c.oid = 'event_delivery'::regclass AND a.privilege_type = 'DELETE'
  LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE
                       ON upkeep_lease, upkeep_sweep, upkeep_repair TO %s',
                   CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
  END LOOP;
END $$;
