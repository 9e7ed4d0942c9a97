-- name: operator_lock_lane
-- The lock under which a listener's deliveries of a lane may be changed: its own drainer's when it
-- is detached, else the first pass's. $1 lane, $2 listener.
SELECT drainer FROM event_lane
 WHERE lane = $1::smallint
   AND drainer = coalesce((SELECT name FROM event_listener WHERE name = $2::text AND detached), '')
   FOR UPDATE
