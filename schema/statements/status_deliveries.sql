-- name: status_deliveries
-- Open deliveries per listener and state, counted to $1 at most each, and the age in milliseconds
-- of the oldest event among the next ready ones of each lane, by the server's clock. The listeners
-- are found by skipping through the partial indexes from one to the next, so that a million rows
-- cost a few looks. Runs after plan_by_index.
WITH RECURSIVE ready (listener) AS (
  (SELECT listener FROM event_delivery WHERE state = 'ready' ORDER BY listener LIMIT 1)
   UNION ALL
  SELECT (SELECT d.listener FROM event_delivery d
           WHERE d.state = 'ready' AND d.listener > r.listener ORDER BY d.listener LIMIT 1)
    FROM ready r WHERE r.listener IS NOT NULL
), held (listener) AS (
  (SELECT listener FROM event_delivery WHERE state <> 'ready' ORDER BY listener LIMIT 1)
   UNION ALL
  SELECT (SELECT d.listener FROM event_delivery d
           WHERE d.state <> 'ready' AND d.listener > h.listener ORDER BY d.listener LIMIT 1)
    FROM held h WHERE h.listener IS NOT NULL
)
SELECT r.listener, 'ready' AS state,
       (SELECT count(*) FROM (SELECT 1 FROM event_delivery d
                               WHERE d.listener = r.listener AND d.state = 'ready'
                               LIMIT $1::int) bounded) AS number,
       (SELECT (extract(epoch FROM clock_timestamp() - min(next.publication_date)) * 1000)::bigint
          FROM unnest(ARRAY(SELECT generate_series(0, 63)::smallint)) AS l (lane)
         CROSS JOIN LATERAL (
           SELECT p.publication_date
             FROM event_delivery d JOIN event_publication p ON p.id = d.event_id
            WHERE d.listener = r.listener AND d.lane = l.lane AND d.state = 'ready'
            ORDER BY d.place LIMIT 1) next
         WHERE isfinite(next.publication_date)) AS oldest_ms
  FROM ready r WHERE r.listener IS NOT NULL
 UNION ALL
SELECT h.listener, states.state, counted.number, NULL
  FROM held h
 CROSS JOIN (VALUES ('retrying'), ('waiting'), ('dead')) AS states (state)
 CROSS JOIN LATERAL (
   SELECT count(*) AS number
     FROM (SELECT 1 FROM event_delivery d
            WHERE d.listener = h.listener AND d.state = states.state AND d.state <> 'ready'
            LIMIT $1::int) bounded) counted
 WHERE h.listener IS NOT NULL AND counted.number > 0
