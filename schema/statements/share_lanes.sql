-- name: share_lanes
-- For ordering "none": several workers may read a lane at once, but whoever registers a listener
-- (FOR UPDATE on every lane) still waits for all of them. $1 lanes to try, $2 drainer.
SELECT lane FROM event_lane
 WHERE drainer = $2 AND lane = ANY ($1::smallint[])
   FOR KEY SHARE SKIP LOCKED
