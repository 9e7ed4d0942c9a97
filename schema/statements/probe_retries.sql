-- name: probe_retries
-- Lanes with a retry that is due, of those listeners that have any at all, and how many of those
-- there are to come. $1 listeners. Runs after plan_by_index.
SELECT n.listener, l.lane, due.now
  FROM unnest($1::text[]) AS n (listener)
 CROSS JOIN generate_series(0, 63) AS l (lane)
 CROSS JOIN LATERAL (
   SELECT coalesce(d.next_attempt_at <= clock_timestamp(), true) AS now FROM event_delivery d
    WHERE d.listener = n.listener AND d.lane = l.lane AND d.state = 'retrying'
    ORDER BY d.next_attempt_at LIMIT 1) due
 WHERE EXISTS (SELECT FROM event_delivery r
                WHERE r.listener = n.listener AND r.state = 'retrying')
