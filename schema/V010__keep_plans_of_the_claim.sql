-- freshet: retry on lock timeout
-- The claim and the look before it, as functions: PL/pgSQL keeps the plan of each statement in it,
-- which behind a pooler nothing of the relay's own could. Planning the read took 0.35 ms and
-- running it 0.08, for a batch of two or three.
--
-- The settings are the functions' own and gone at their end. Plans must not depend on statistics:
-- with a backlog that was never analysed, or analysed when it was small, the planner sorts all of
-- it. row_security off: rows that a policy hides are an error, else a look would find nothing and
-- the floor would pass them.

-- The lowest pending seq of each lane above its floor (NULL: none), and the last seq and the last
-- place handed out.
CREATE OR REPLACE FUNCTION freshet_probe(lanes smallint[], floors bigint[])
RETURNS TABLE (lane smallint, lowest bigint, last_seq bigint, last_place bigint)
LANGUAGE plpgsql STABLE
SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
SET plan_cache_mode = force_generic_plan SET row_security = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
  SELECT l.lane,
         (SELECT p.seq FROM event_publication p
           WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
             AND p.seq > l.floor AND p.completion_date IS NULL AND NOT p.parked
           ORDER BY p.seq LIMIT 1),
         (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END
            FROM event_publication_seq_seq),
         (SELECT last_value FROM event_delivery_place_seq)
    FROM unnest(lanes, floors) AS l (lane, floor);
END $$;

-- Locks what is free of the lanes, then reads the first pending events of each, in seq order. Two
-- statements, and the function is VOLATILE: the read's snapshot is taken after the lanes are held.
-- SKIP LOCKED belongs on the lanes, not on the events, or a key's order breaks. A lane that is held
-- and has no event comes as a row without an id.
-- batch: events at most, all lanes together, one of each lane at least. payload_max: bytes of the
-- largest payload that travels. batch_bytes: of all lanes; the first event of each always fits.
-- payloads: false where nobody in the relay reads them.
-- The listeners' version is read in the same snapshot: completeness is judged against it.
-- open_deliveries: some key of the lane may be held for a listener of the first pass. A waiting
-- delivery always has one of another state before it, and detached listeners hold their keys
-- themselves.
--
-- Two of them, of one text. freshet_claim_unordered, for ordering "none": several workers may read
-- a lane at once, but whoever registers a listener (FOR UPDATE on every lane) still waits for all
-- of them; the events themselves are locked, and those that another worker holds are stepped over.
DO $do$
DECLARE
  body CONSTANT text := $body$
#variable_conflict use_column
DECLARE
  held smallint[];
  per_lane int;
  lane_bytes bigint;
BEGIN
  SELECT array_agg(free.lane) INTO held
    FROM (SELECT e.lane FROM event_lane e
           WHERE e.drainer = '' AND e.lane = ANY (lanes)
             FOR /* lock of lanes */ SKIP LOCKED) free;
  per_lane := greatest(1, batch / cardinality(held));
  lane_bytes := batch_bytes / cardinality(held);
  RETURN QUERY
  SELECT l.lane, e.id, e.seq, e.event_type::text, e.aggregate_type::text, e.aggregate_id::text,
         CASE WHEN e.bytes <= payload_max THEN e.payload END, e.bytes::bigint,
         e.headers, e.published_us, e.listener_id::text, l.open_deliveries,
         (SELECT value FROM freshet_setting WHERE name = 'listeners_version')
    FROM (SELECT w.lane, w.floor,
                 coalesce((SELECT true FROM event_delivery d
                            WHERE d.lane = w.lane AND d.state = 'dead' LIMIT 1),
                          (SELECT true
                             FROM event_listener n
                            CROSS JOIN LATERAL (
                              (SELECT FROM event_delivery d
                                WHERE d.listener = n.name AND d.lane = w.lane
                                  AND d.state = 'ready' LIMIT 1)
                               UNION ALL
                              (SELECT FROM event_delivery d
                                WHERE d.listener = n.name AND d.lane = w.lane
                                  AND d.state = 'retrying' LIMIT 1)) open
                            WHERE NOT n.detached
                            LIMIT 1),
                          false) AS open_deliveries
            FROM unnest(lanes, floors) AS w (lane, floor)
           WHERE w.lane = ANY (held)
          OFFSET 0) l
    LEFT JOIN LATERAL (
      SELECT first.*,
             sum(first.bytes) OVER (ORDER BY first.seq ROWS UNBOUNDED PRECEDING) AS bytes_so_far
        FROM (SELECT p.id, p.seq, p.event_type, p.aggregate_type, p.aggregate_id,
                     CASE WHEN payloads OR octet_length(p.serialized_event) = 0
                          THEN p.serialized_event::text END AS payload,
                     coalesce(octet_length(p.serialized_event), 0) AS bytes,
                     p.headers, p.listener_id,
                     CASE WHEN isfinite(p.publication_date)
                          THEN (extract(epoch FROM p.publication_date) * 1000000)::bigint
                     END AS published_us
                FROM event_publication p
               WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
                 AND p.seq > l.floor AND p.completion_date IS NULL AND NOT p.parked
               ORDER BY p.seq
               LIMIT per_lane /* lock of events */) first) e
      ON e.bytes_so_far - e.bytes < lane_bytes;
END $body$;
  made record;
BEGIN
  FOR made IN
    SELECT * FROM (VALUES
      ('freshet_claim',           'UPDATE',    ''),
      ('freshet_claim_unordered', 'KEY SHARE', 'FOR UPDATE SKIP LOCKED')) AS f (name, lanes, events)
  LOOP
    EXECUTE format(
      'CREATE OR REPLACE FUNCTION %I(lanes smallint[], floors bigint[], batch int,
                                     payload_max bigint, batch_bytes bigint, payloads boolean)
       RETURNS TABLE (lane smallint, id uuid, seq bigint, event_type text, aggregate_type text,
                      aggregate_id text, payload text, bytes bigint, headers jsonb,
                      published_us bigint, listener_id text, open_deliveries boolean,
                      listeners_version text)
       LANGUAGE plpgsql VOLATILE
       SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
       SET plan_cache_mode = force_generic_plan SET row_security = off
       AS %L', made.name,
      replace(replace(body, '/* lock of lanes */', made.lanes), '/* lock of events */',
              made.events));
  END LOOP;
END $do$;

-- PUBLIC has EXECUTE anyway, unless ALTER DEFAULT PRIVILEGES took it away.
GRANT EXECUTE ON FUNCTION freshet_probe(smallint[], bigint[]),
  freshet_claim(smallint[], bigint[], int, bigint, bigint, boolean),
  freshet_claim_unordered(smallint[], bigint[], int, bigint, bigint, boolean) TO PUBLIC;
