-- Headers travel to the relay as payloads do; batch_bytes did not count them.

-- How many bytes headers may have as text, without reading them: what is compressed counts as if it
-- were so as far as pglz (1:88) and LZ4 (1:255) can. jsonb and its text differ little, but for
-- numbers like 1e1000 and control characters.
CREATE OR REPLACE FUNCTION freshet_headers_bytes(headers jsonb) RETURNS int
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT least(coalesce(pg_column_size(headers), 0)::bigint *
               CASE pg_column_compression(headers) WHEN 'pglz' THEN 88
                                                   WHEN 'lz4' THEN 255 ELSE 1 END,
               1000000000)::int
$$;
GRANT EXECUTE ON FUNCTION freshet_headers_bytes(jsonb) TO PUBLIC;

-- As in V014, which stays for the relays of before, but with headers counted, and with_headers:
-- false where nobody in the relay reads them. counted: what an event has of batch_bytes.
DO $do$
DECLARE
  body CONSTANT text := $body$
#variable_conflict use_column
DECLARE
  last_date CONSTANT timestamptz := '294246-01-01 00:00:00+00';
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
         CASE WHEN with_headers THEN e.headers END, e.published_us, e.listener_id::text,
         l.open_deliveries,
         (SELECT value FROM freshet_setting WHERE name = 'listeners_version'), e.counted::bigint
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
             first.bytes + first.header_bytes AS counted,
             sum(first.bytes + first.header_bytes)
               OVER (ORDER BY first.seq ROWS UNBOUNDED PRECEDING) AS counted_so_far
        FROM (SELECT p.id, p.seq, p.event_type, p.aggregate_type, p.aggregate_id,
                     CASE WHEN payloads OR octet_length(p.serialized_event) = 0
                          THEN p.serialized_event::text END AS payload,
                     coalesce(octet_length(p.serialized_event), 0) AS bytes,
                     p.headers, freshet_headers_bytes(p.headers) AS header_bytes, p.listener_id,
                     CASE WHEN isfinite(p.publication_date)
                          THEN (extract(epoch FROM least(p.publication_date, last_date)) * 1000000
                               )::bigint
                     END AS published_us
                FROM event_publication p
               WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
                 AND p.seq > l.floor AND p.completion_date IS NULL AND NOT p.parked
               ORDER BY p.seq
               LIMIT per_lane /* lock of events */) first) e
      ON e.counted_so_far - e.counted < lane_bytes;
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
                                     payload_max bigint, batch_bytes bigint, payloads boolean,
                                     with_headers boolean)
       RETURNS TABLE (lane smallint, id uuid, seq bigint, event_type text, aggregate_type text,
                      aggregate_id text, payload text, bytes bigint, headers jsonb,
                      published_us bigint, listener_id text, open_deliveries boolean,
                      listeners_version text, counted bigint)
       LANGUAGE plpgsql VOLATILE
       SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
       SET plan_cache_mode = force_generic_plan SET row_security = off
       AS %L', made.name,
      replace(replace(body, '/* lock of lanes */', made.lanes), '/* lock of events */',
              made.events));
    -- PUBLIC has EXECUTE anyway, unless ALTER DEFAULT PRIVILEGES took it away.
    EXECUTE format('GRANT EXECUTE ON FUNCTION %I(smallint[], bigint[], int, bigint, bigint, boolean,
                                                 boolean) TO PUBLIC', made.name);
  END LOOP;
END $do$;
