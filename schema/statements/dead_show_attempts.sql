-- name: dead_show_attempts
-- The history of an event's failures. $1 event id, $2 listener or ''.
SELECT listener, attempt, to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS at,
       error_class, error
  FROM event_attempt
 WHERE event_id = $1::uuid AND ($2::text = '' OR listener = $2::text)
 ORDER BY listener, attempt
 LIMIT 1000
