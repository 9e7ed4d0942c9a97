-- name: pause_listener_for_cause
-- Under the lanes that it changes. $1 name, $2 why, $3 by whom. One that is paused already stays
-- as it is.
UPDATE event_listener
   SET state = 'paused', reason = $2, paused_by = $3, since = clock_timestamp()
 WHERE name = $1 AND state = 'active'
