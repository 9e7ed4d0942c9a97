-- name: pause_listener
-- Under the lanes that it changes. $1 name, $2 reason or ''. One that a relay paused becomes an
-- operator's.
UPDATE event_listener
   SET state = 'paused', paused_by = 'operator',
       reason = CASE WHEN $2::text <> '' THEN $2::text
                     WHEN state = 'paused' THEN reason END,
       since = CASE WHEN state = 'paused' THEN since ELSE clock_timestamp() END
 WHERE name = $1::text AND state <> 'retired'
   AND (state <> 'paused' OR paused_by IS DISTINCT FROM 'operator'
        OR ($2::text <> '' AND reason IS DISTINCT FROM $2::text))
