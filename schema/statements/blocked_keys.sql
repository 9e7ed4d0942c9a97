-- name: blocked_keys
-- Keys with deliveries that wait, and what they wait behind; the oldest failure first. The work is
-- that of the waiting rows, however many are dead or ready. $1 listener or '', $2 how many keys.
SELECT w.listener, w.key, w.number, h.event_id, coalesce(h.state, '') AS state,
       coalesce(h.error_class, '') AS error_class, coalesce(h.last_error, '') AS last_error,
       to_char(h.first_failed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS failed_at,
       count(*) OVER () AS keys
  FROM (SELECT l.name AS listener, l.on_dead, d.lane, d.key, count(*) AS number,
               min(d.seq) AS first_seq
          FROM event_listener l
         CROSS JOIN LATERAL (  -- by event_delivery_state; else grouping may walk all that are ready
               SELECT e.lane, e.key, e.seq FROM event_delivery e
                WHERE e.listener = l.name AND e.state = 'waiting' AND e.state <> 'ready'
               OFFSET 0) d
         WHERE $1::text = '' OR l.name = $1::text
         GROUP BY l.name, l.on_dead, d.lane, d.key) w
  LEFT JOIN LATERAL (
    SELECT o.*
      FROM ((SELECT d.* FROM event_delivery d
              WHERE d.lane = w.lane AND d.key = w.key AND d.listener = w.listener
                AND d.seq < w.first_seq AND d.state = 'dead' AND w.on_dead = 'block'
              ORDER BY d.seq LIMIT 1)
             UNION ALL
            (SELECT d.* FROM event_delivery d
              WHERE d.lane = w.lane AND d.key = w.key AND d.listener = w.listener
                AND d.seq < w.first_seq AND d.state <> 'dead'
              ORDER BY d.seq LIMIT 1)) o
     ORDER BY o.seq LIMIT 1) h ON true
 ORDER BY h.first_failed_at NULLS LAST, w.listener, w.key
 LIMIT $2::int
