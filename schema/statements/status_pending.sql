-- name: status_pending
-- Pending events by type and addressee: the first $1 of each lane, $2 in all at most. Runs after
-- plan_by_index. Ages by the server's clock.
SELECT event_type, listener_id, count(*) AS number,
       (extract(epoch FROM clock_timestamp()
                - min(publication_date) FILTER (WHERE isfinite(publication_date))) * 1000)::bigint
         AS oldest_ms
  FROM (SELECT e.event_type, e.listener_id, e.publication_date
          FROM unnest(ARRAY(SELECT generate_series(0, 63)::smallint)) AS l (lane)
         CROSS JOIN LATERAL (
           SELECT p.event_type, p.listener_id, p.publication_date
             FROM event_publication p
            WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
              AND p.completion_date IS NULL AND NOT p.parked
            ORDER BY p.seq
            LIMIT $1::int) e
         LIMIT $2::int) looked_at
 GROUP BY event_type, listener_id
