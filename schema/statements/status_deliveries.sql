-- name: status_deliveries
-- Open deliveries per listener and state, counted to $1 at most each. The listeners are found by
-- skipping through the partial indexes from one to the next, so that a million rows cost a few
-- looks. Runs after plan_by_index.
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
                               LIMIT $1::int) bounded) AS number
  FROM ready r WHERE r.listener IS NOT NULL
 UNION ALL
SELECT h.listener, states.state, counted.number
  FROM held h
 CROSS JOIN (VALUES ('retrying'), ('waiting'), ('dead')) AS states (state)
 CROSS JOIN LATERAL (
   SELECT count(*) AS number
     FROM (SELECT 1 FROM event_delivery d
            WHERE d.listener = h.listener AND d.state = states.state AND d.state <> 'ready'
            LIMIT $1::int) bounded) counted
 WHERE h.listener IS NOT NULL AND counted.number > 0
