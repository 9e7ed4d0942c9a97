-- name: upkeep_still_stuck
-- Under (lane, drainer), asked anew: which of these keys begin with a delivery that waits although
-- nothing holds it. $1 lane, $2 listener, $3 keys.
SELECT k.key, head.event_id
  FROM (SELECT DISTINCT key FROM unnest($3::text[]) AS asked (key)) k
  JOIN event_listener l ON l.name = $2::text AND l.state <> 'retired'
 CROSS JOIN LATERAL (
   SELECT d.event_id, d.seq, d.state FROM event_delivery d
    WHERE d.lane = $1::smallint AND d.key = k.key COLLATE "C" AND d.listener = $2::text
      AND d.state <> 'dead'
    ORDER BY d.seq LIMIT 1) head
 WHERE head.state = 'waiting'
   AND NOT (l.on_dead = 'block' AND coalesce((
         SELECT d.seq FROM event_delivery d
          WHERE d.lane = $1::smallint AND d.key = k.key COLLATE "C" AND d.listener = $2::text
            AND d.state = 'dead'
          ORDER BY d.seq LIMIT 1) < head.seq, false))
