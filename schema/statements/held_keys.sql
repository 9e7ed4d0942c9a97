-- name: held_keys
-- Which keys of a batch wait behind an open delivery, and for whom. $1 lanes, $2 keys.
SELECT DISTINCT listener, key FROM event_delivery
 WHERE lane = ANY ($1::smallint[]) AND key = ANY ($2::text[])
