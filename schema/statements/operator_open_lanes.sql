-- name: operator_open_lanes
-- Where a listener has open deliveries. $1 listener.
SELECT lane, count(*) AS number
  FROM (SELECT lane FROM event_delivery WHERE state = 'ready' AND listener = $1::text
         UNION ALL
        SELECT lane FROM event_delivery WHERE state <> 'ready' AND listener = $1::text) o
 GROUP BY lane ORDER BY lane
