-- name: lock_lanes
-- Its own statement: what is taken is read in a later one, whose snapshot is taken after the lanes
-- are held. $1 lanes to try, $2 drainer, '' being the first pass. SKIP LOCKED belongs here, not on
-- the events, or a key's order breaks.
SELECT lane FROM event_lane
 WHERE drainer = $2 AND lane = ANY ($1::smallint[])
   FOR UPDATE SKIP LOCKED
