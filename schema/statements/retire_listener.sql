-- name: retire_listener
-- Under the lanes that it changes. $1 name. Its suspects go, too: no relay runs them any more.
WITH forgotten AS (DELETE FROM event_suspect WHERE listener = $1)
UPDATE event_listener
   SET state = 'retired', reason = NULL, paused_by = NULL, since = clock_timestamp()
 WHERE name = $1 AND state <> 'retired'
