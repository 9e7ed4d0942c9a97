-- name: upkeep_find_stuck
-- Steps from key to key, $4 at most, and looks at the first open delivery of each: one that waits
-- although nothing holds it is `wrong`. The last row is where to go on; no row: the end. $1 lane,
-- $2 key, $3 listener to go on behind.
WITH RECURSIVE heads AS (
  (SELECT d.lane, d.key, d.listener, d.seq, d.state, d.event_id, 1 AS number
     FROM event_delivery d
    WHERE d.state <> 'dead' AND (d.lane, d.key, d.listener)
          > ($1::smallint, $2::text COLLATE "C", $3::text)
    ORDER BY d.lane, d.key, d.listener, d.seq LIMIT 1)
  UNION ALL
  SELECT n.*, h.number + 1
    FROM heads h
   CROSS JOIN LATERAL (
     SELECT d.lane, d.key, d.listener, d.seq, d.state, d.event_id
       FROM event_delivery d
      WHERE d.state <> 'dead' AND (d.lane, d.key, d.listener) > (h.lane, h.key, h.listener)
      ORDER BY d.lane, d.key, d.listener, d.seq LIMIT 1) n
   WHERE h.number < $4::int
)
SELECT h.event_id, h.listener, h.lane, h.key, true AS wrong
  FROM heads h JOIN event_listener l ON l.name = h.listener AND l.state <> 'retired'
 WHERE h.state = 'waiting'
   AND NOT (l.on_dead = 'block' AND coalesce((
         SELECT d.seq FROM event_delivery d
          WHERE d.lane = h.lane AND d.key = h.key AND d.listener = h.listener
            AND d.state = 'dead'
          ORDER BY d.seq LIMIT 1) < h.seq, false))
 UNION ALL
(SELECT event_id, listener, lane, key, false FROM heads ORDER BY number DESC LIMIT 1)
