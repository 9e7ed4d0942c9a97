-- name: resume_listener
-- Under the lanes that it changes. $1 name.
UPDATE event_listener
   SET state = 'active', paused_by = NULL, reason = NULL, since = clock_timestamp()
 WHERE name = $1::text AND state = 'paused'
