-- name: lock_lanes
-- Its own statement: what is taken is read in a later one, whose snapshot is taken after the lanes
-- are held. $1 lanes to try, $2 drainer, '' being the first pass. SKIP LOCKED belongs here, not on
-- the events, or a key's order breaks. None is taken while a change of the listener waits
-- (announce_to_drainers): any number of batches share the lock, but behind a session that waits for
-- them to end no new one is let in.
SELECT lane FROM event_lane
 WHERE drainer = $2::text AND lane = ANY ($1::smallint[])
   AND (SELECT pg_try_advisory_xact_lock_shared('event_lane'::regclass::oid::int,
                                                hashtext($2::text))
           AND ($2::text = ''
                OR pg_try_advisory_xact_lock_shared('event_lane'::regclass::oid::int,
                                                    hashtext('*'))))
   FOR UPDATE SKIP LOCKED
