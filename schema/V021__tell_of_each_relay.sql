-- freshet: retry on lock timeout
-- What each relay says of itself in this database: that it is there, when it will be seen again,
-- and what it has of sessions.
SET LOCAL lock_timeout = '5s';  -- nobody else's tables
CREATE TABLE relay_instance (
  instance        text        PRIMARY KEY,
  seen_at         timestamptz NOT NULL,
  asleep          boolean     NOT NULL DEFAULT false,
  next_sign_s     integer     NOT NULL DEFAULT 10,
  sessions        integer     NOT NULL DEFAULT 0,
  sessions_most   integer     NOT NULL DEFAULT 0,
  process         integer     NOT NULL DEFAULT 0,
  process_most    integer     NOT NULL DEFAULT 0,
  waiting         integer     NOT NULL DEFAULT 0,
  acquire_buckets integer[]   NOT NULL DEFAULT '{}',
  acquire_counts  bigint[]    NOT NULL DEFAULT '{}',
  run_buckets     integer[]   NOT NULL DEFAULT '{}',
  run_counts      bigint[]    NOT NULL DEFAULT '{}'
);

-- Until when somebody who was seen then counts as seen: who looks seldom is given three of its
-- looks, as others are given three times ten seconds.
CREATE FUNCTION freshet_seen(seen_at timestamptz, next_sign_s integer) RETURNS timestamptz
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT seen_at + greatest(coalesce(next_sign_s, 10) - 10, 0) * interval '3 s'
$$;

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
    EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON relay_instance TO %s',
                   CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
  END LOOP;
END $$;
