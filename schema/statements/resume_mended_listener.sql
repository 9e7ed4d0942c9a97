-- name: resume_mended_listener
-- Under the lanes that it changes. $1 name. Only what a relay paused is resumed by one.
UPDATE event_listener
   SET state = 'active', reason = NULL, paused_by = NULL, since = clock_timestamp()
 WHERE name = $1 AND state = 'paused' AND paused_by = 'relay'
