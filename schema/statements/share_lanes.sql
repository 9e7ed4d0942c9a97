-- name: share_lanes
-- lock_lanes for ordering "none": several workers may read a lane at once, but a change of the
-- listener (FOR UPDATE) still waits for all of them. $1 lanes to try, $2 drainer.
SELECT lane FROM event_lane
 WHERE drainer = $2::text AND lane = ANY ($1::smallint[])
   AND (SELECT pg_try_advisory_xact_lock_shared('event_lane'::regclass::oid::int,
                                                hashtext($2::text))
           AND ($2::text = ''
                OR pg_try_advisory_xact_lock_shared('event_lane'::regclass::oid::int,
                                                    hashtext('*'))))
   FOR KEY SHARE SKIP LOCKED
