-- name: release_behind_dead
-- Under its lanes' locks, when a listener is to skip its dead letters: of each key that waits
-- behind some, the first becomes ready; settling it wakes the next. $1 the listener.
SELECT freshet_promote($1, array_agg(k.lane), array_agg(k.key), 1)
  FROM (SELECT DISTINCT lane, key FROM event_delivery
         WHERE listener = $1::text AND state = 'dead') k
HAVING count(*) > 0
