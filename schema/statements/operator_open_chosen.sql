-- name: operator_open_chosen
-- The next open deliveries of a listener in a lane, in whatever state. $1 lane, $2 listener,
-- $3 how many.
SELECT event_id, key
  FROM ((SELECT event_id, key FROM event_delivery
          WHERE state = 'dead' AND lane = $1::smallint AND listener = $2::text LIMIT $3::int)
         UNION ALL
        (SELECT event_id, key FROM event_delivery
          WHERE state <> 'dead' AND lane = $1::smallint AND listener = $2::text LIMIT $3::int)) o
 LIMIT $3::int
