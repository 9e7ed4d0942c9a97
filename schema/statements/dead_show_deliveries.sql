-- name: dead_show_deliveries
-- What is still owed of an event, and what waits behind it. $1 event id, $2 listener or ''.
SELECT d.listener, d.state, d.attempts, coalesce(d.error_class, '') AS error_class,
       coalesce(d.last_error, '') AS last_error,
       to_char(d.first_failed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS failed_at,
       to_char(d.next_attempt_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS due_at,
       behind.number, array_to_string(behind.first_ids, ' ') AS first_ids
  FROM event_delivery d
 CROSS JOIN LATERAL (
   SELECT count(*) AS number, (array_agg(w.event_id ORDER BY w.seq))[1:5] AS first_ids
     FROM (SELECT event_id, seq FROM event_delivery
            WHERE lane = d.lane AND key = d.key AND listener = d.listener AND seq > d.seq
              AND state <> 'dead' AND state = 'waiting'
            ORDER BY seq LIMIT 10001) w) behind
 WHERE d.event_id = $1::uuid AND ($2::text = '' OR d.listener = $2::text)
 ORDER BY d.listener
