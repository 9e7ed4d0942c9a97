-- freshet: retry on lock timeout
-- Where reads start, kept where it outlives the process: beside a snapshot that is held for long,
-- whoever starts from nothing walks over everything that was completed since.
CREATE TABLE IF NOT EXISTS event_floor (
  listener text PRIMARY KEY,
  server   text NOT NULL,
  last     bigint NOT NULL,
  floors   bigint[] NOT NULL
);

-- Gone after a crash, of which a pooler may tell nobody: then whoever looks first writes another.
CREATE UNLOGGED TABLE IF NOT EXISTS server_run (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  token uuid NOT NULL DEFAULT gen_random_uuid()
);

-- A relay's role that was granted what it needed before needs this as well. Told by
-- event_delivery, from which nobody but relays deletes.
DO $$
DECLARE grantee oid;
BEGIN
  FOR grantee IN
    SELECT a.grantee
      FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
     WHERE c.oid = 'event_delivery'::regclass AND a.privilege_type = 'DELETE'
  LOOP
    EXECUTE format('GRANT SELECT, INSERT, UPDATE ON event_floor, server_run TO %s',
                   CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
  END LOOP;
END $$;

-- Which run of a server answers, and with which sequences: its timeline, when its postmaster was
-- started, what a crash takes away, and the files of the sequences, which lie in the folder of its
-- database and are others after RESTART. Asked at each look, so it reads no file.
CREATE OR REPLACE FUNCTION freshet_server_run() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT concat_ws(' ',
                   CASE WHEN NOT pg_is_in_recovery()
                        THEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END,
                   extract(epoch FROM pg_postmaster_start_time()),
                   (SELECT r.token FROM server_run r),
                   pg_relation_filepath('event_publication_seq_seq'),
                   pg_relation_filepath('event_delivery_place_seq'))
$$;

-- The same for what is kept: a start changes nothing, the cluster counts instead.
CREATE OR REPLACE FUNCTION freshet_server() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT concat_ws(' ', s.system_identifier,
                   CASE WHEN NOT pg_is_in_recovery()
                        THEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END,
                   pg_relation_filepath('event_publication_seq_seq'),
                   pg_relation_filepath('event_delivery_place_seq'))
    FROM pg_control_system() s
$$;

-- The last seq handed out. nextval() writes the number it logs, up to 32 ahead, into the page and
-- takes it back before it unlocks: only pg_sequence_last_value waits for that lock. It says NULL
-- before the first number and, from 17 on, to a role that may not read the sequence; reading the
-- sequence tells the two apart.
CREATE OR REPLACE FUNCTION freshet_last_seq() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  last bigint := pg_sequence_last_value('event_publication_seq_seq');
BEGIN
  IF last IS NULL THEN
    SELECT s.last_value - 1 INTO last FROM event_publication_seq_seq s WHERE NOT s.is_called;
  END IF;
  IF last IS NULL THEN  -- somebody drew the first number just then
    last := pg_sequence_last_value('event_publication_seq_seq');
  END IF;
  RETURN last;
END $$;

-- The last place handed out, likewise.
CREATE OR REPLACE FUNCTION freshet_last_place() RETURNS bigint LANGUAGE plpgsql VOLATILE AS $$
DECLARE
  last bigint := pg_sequence_last_value('event_delivery_place_seq');
BEGIN
  IF last IS NULL THEN
    SELECT s.last_value - 1 INTO last FROM event_delivery_place_seq s WHERE NOT s.is_called;
  END IF;
  IF last IS NULL THEN
    last := pg_sequence_last_value('event_delivery_place_seq');
  END IF;
  RETURN last;
END $$;

-- The lowest pending seq of each lane above its floor and up to its top (NULL: none), the last seq
-- and the last place handed out, and which run of a server said so. A bounded piece of the index
-- holds a bounded number of dead entries.
CREATE OR REPLACE FUNCTION freshet_look(lanes smallint[], floors bigint[], tops bigint[])
RETURNS TABLE (lane smallint, lowest bigint, last_seq bigint, last_place bigint, server_run text)
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
SET plan_cache_mode = force_generic_plan SET row_security = off
AS $$
#variable_conflict use_column
DECLARE
  drawn bigint := pg_sequence_last_value('event_publication_seq_seq');
  placed bigint := pg_sequence_last_value('event_delivery_place_seq');
  run text := freshet_server_run();
BEGIN
  IF drawn IS NULL THEN drawn := freshet_last_seq(); END IF;
  IF placed IS NULL THEN placed := freshet_last_place(); END IF;
  RETURN QUERY
  SELECT l.lane,
         (SELECT p.seq FROM event_publication p
           WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
             AND p.seq > l.floor AND p.seq <= l.top AND p.completion_date IS NULL AND NOT p.parked
           ORDER BY p.seq LIMIT 1),
         drawn, placed, run
    FROM unnest(lanes, floors, tops) AS l (lane, floor, top);
END $$;

-- For relays of the version before, which may still run: the sequences read as above.
CREATE OR REPLACE FUNCTION freshet_probe(lanes smallint[], floors bigint[])
RETURNS TABLE (lane smallint, lowest bigint, last_seq bigint, last_place bigint)
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
SET plan_cache_mode = force_generic_plan SET row_security = off
AS $$
#variable_conflict use_column
DECLARE
  drawn bigint := freshet_last_seq();
  placed bigint := freshet_last_place();
BEGIN
  RETURN QUERY
  SELECT l.lane,
         (SELECT p.seq FROM event_publication p
           WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
             AND p.seq > l.floor AND p.completion_date IS NULL AND NOT p.parked
           ORDER BY p.seq LIMIT 1),
         drawn, placed
    FROM unnest(lanes, floors) AS l (lane, floor);
END $$;

-- PUBLIC has EXECUTE anyway, unless ALTER DEFAULT PRIVILEGES took it away.
GRANT EXECUTE ON FUNCTION freshet_server_run(), freshet_server(), freshet_last_seq(),
  freshet_last_place(), freshet_look(smallint[], bigint[], bigint[]),
  freshet_probe(smallint[], bigint[]) TO PUBLIC;
