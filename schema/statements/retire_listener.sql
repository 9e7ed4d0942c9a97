-- name: retire_listener
-- Under every lane's lock. $1 name.
UPDATE event_listener SET state = 'retired', reason = NULL, since = clock_timestamp()
 WHERE name = $1 AND state <> 'retired'
