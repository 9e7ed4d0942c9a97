-- name: release_behind_dead
-- Under its lanes' locks, when a listener is to skip its dead letters: of each key that waits
-- behind some, the first becomes ready; whoever settles it wakes the next. $1 the listener.
WITH dead_keys AS (
  SELECT DISTINCT lane, key FROM event_delivery WHERE listener = $1 AND state = 'dead'
), first_open AS (
  SELECT o.*
    FROM dead_keys k
   CROSS JOIN LATERAL (
     SELECT d.event_id, d.state, d.seq FROM event_delivery d
      WHERE d.lane = k.lane AND d.key = k.key AND d.listener = $1 AND d.state <> 'dead'
      ORDER BY d.seq LIMIT 1) o
), places AS (
  SELECT event_id, nextval('event_delivery_place_seq') AS place
    FROM (SELECT event_id FROM first_open WHERE state = 'waiting' ORDER BY seq) o
)
UPDATE event_delivery d SET state = 'ready', place = places.place
  FROM places WHERE d.event_id = places.event_id AND d.listener = $1
