-- name: status_deliveries
-- Open deliveries per listener and state, counted to $1 at most each. The listeners are found by
-- skipping through the index from one to the next, so that a million dead letters cost a few looks.
WITH RECURSIVE owed (listener) AS (
  (SELECT listener FROM event_delivery ORDER BY listener LIMIT 1)
   UNION ALL
  SELECT (SELECT d.listener FROM event_delivery d
           WHERE d.listener > owed.listener ORDER BY d.listener LIMIT 1)
    FROM owed WHERE owed.listener IS NOT NULL
)
SELECT owed.listener, states.state, counted.number
  FROM owed
 CROSS JOIN (VALUES ('ready'), ('retrying'), ('waiting'), ('dead')) AS states (state)
 CROSS JOIN LATERAL (
   SELECT count(*) AS number
     FROM (SELECT 1 FROM event_delivery d
            WHERE d.listener = owed.listener AND d.state = states.state
            LIMIT $1::int) bounded) counted
 WHERE owed.listener IS NOT NULL AND counted.number > 0
