-- What a look costs, every millisecond while events come: a third of it went by with V015.

-- The text of freshet_server_run. Apart, since PostgreSQL writes a function without a sub-select
-- into the statement that calls it, whose plan is kept; as a whole it was planned at each look.
CREATE OR REPLACE FUNCTION freshet_run_of(token uuid) RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT concat_ws(' ',
                   CASE WHEN NOT pg_is_in_recovery()
                        THEN left(pg_walfile_name(pg_current_wal_insert_lsn()), 8) END,
                   extract(epoch FROM pg_postmaster_start_time()),
                   token,
                   pg_relation_filepath('event_publication_seq_seq'),
                   pg_relation_filepath('event_delivery_place_seq'))
$$;

CREATE OR REPLACE FUNCTION freshet_server_run() RETURNS text LANGUAGE sql VOLATILE AS $$
  SELECT freshet_run_of((SELECT r.token FROM server_run r))
$$;

-- As in V015, but where no lane has a top, tops may be empty.
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
BEGIN
  IF drawn IS NULL THEN drawn := freshet_last_seq(); END IF;
  IF placed IS NULL THEN placed := freshet_last_place(); END IF;
  RETURN QUERY
  SELECT l.lane,
         (SELECT p.seq FROM event_publication p
           WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
             AND p.seq > l.floor AND p.seq <= coalesce(l.top, 9223372036854775807)
             AND p.completion_date IS NULL AND NOT p.parked
           ORDER BY p.seq LIMIT 1),
         drawn, placed, (SELECT freshet_run_of((SELECT r.token FROM server_run r)))
    FROM unnest(lanes, floors, tops) AS l (lane, floor, top);
END $$;

GRANT EXECUTE ON FUNCTION freshet_run_of(uuid) TO PUBLIC;
