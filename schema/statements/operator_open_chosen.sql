-- name: operator_open_chosen
-- The next open deliveries of a listener in a lane, in whatever state. What waits goes first, so
-- that whenever this ends none waits without the one before it that would wake it. $1 lane,
-- $2 listener, $3 how many.
SELECT event_id, key
  FROM ((SELECT event_id, key, 0 AS turn FROM event_delivery
          WHERE state = 'waiting' AND lane = $1::smallint AND listener = $2::text LIMIT $3::int)
         UNION ALL
        (SELECT event_id, key, 1 FROM event_delivery
          WHERE state = 'dead' AND lane = $1::smallint AND listener = $2::text LIMIT $3::int)
         UNION ALL
        (SELECT event_id, key, 1 FROM event_delivery
          WHERE state IN ('ready', 'retrying') AND lane = $1::smallint AND listener = $2::text
          LIMIT $3::int)) o
 ORDER BY turn
 LIMIT $3::int
