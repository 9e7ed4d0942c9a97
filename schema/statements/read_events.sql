-- name: read_events
-- The first pending events of each held lane, in seq order. $1 lanes, $2 their floors, $3 events
-- per lane, $4 largest payload that travels, $5 bytes per lane (the first event always fits).
-- The listeners' version is read in the same snapshot: completeness is judged against it.
-- open_deliveries: some key of the lane may be held for a listener of the first pass. A waiting
-- delivery always has one of another state before it, and detached listeners hold their keys
-- themselves.
-- For ordering "none" the source puts FOR UPDATE SKIP LOCKED in place of the word lock: the events
-- themselves are locked then, and those that another worker holds are stepped over.
-- plan_as_usual takes plan_by_index back while this runs, planned as it is, so that projections'
-- statements find a planner in its usual state without a round trip for it.
SELECT l.lane, e.id, e.seq, e.event_type, e.aggregate_type, e.aggregate_id,
       CASE WHEN e.bytes <= $4::bigint THEN e.serialized_event END AS payload, e.bytes,
       e.headers, e.published_us, e.listener_id, l.open_deliveries,
       (SELECT value FROM freshet_setting WHERE name = 'listeners_version') AS listeners_version,
       (SELECT set_config('enable_seqscan', 'on', true)
            || set_config('enable_bitmapscan', 'on', true)
            || set_config('enable_sort', 'on', true)) AS plan_as_usual
  FROM (SELECT lane, floor,
               coalesce((SELECT true FROM event_delivery d
                          WHERE d.lane = held.lane AND d.state = 'dead' LIMIT 1),
                        (SELECT true
                           FROM event_listener w
                          CROSS JOIN LATERAL (
                            (SELECT FROM event_delivery d
                              WHERE d.listener = w.name AND d.lane = held.lane
                                AND d.state = 'ready' LIMIT 1)
                             UNION ALL
                            (SELECT FROM event_delivery d
                              WHERE d.listener = w.name AND d.lane = held.lane
                                AND d.state = 'retrying' LIMIT 1)) open
                          WHERE NOT w.detached
                          LIMIT 1),
                        false) AS open_deliveries
          FROM unnest($1::smallint[], $2::bigint[]) AS held (lane, floor)
        OFFSET 0) l
 CROSS JOIN LATERAL (
   SELECT first.*,
          sum(bytes) OVER (ORDER BY seq ROWS UNBOUNDED PRECEDING) AS bytes_so_far
     FROM (SELECT p.id, p.seq, p.event_type, p.aggregate_type, p.aggregate_id,
                  p.serialized_event,
                  coalesce(octet_length(p.serialized_event), 0)::bigint AS bytes,
                  p.headers, p.listener_id,
                  CASE WHEN isfinite(p.publication_date)
                       THEN (extract(epoch FROM p.publication_date) * 1000000)::bigint
                  END AS published_us
             FROM event_publication p
            WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
              AND p.seq > l.floor AND p.completion_date IS NULL AND NOT p.parked
            ORDER BY p.seq
            LIMIT $3::int /* lock */) first) e
 WHERE e.bytes_so_far - e.bytes < $5::bigint
