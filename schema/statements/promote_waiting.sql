-- name: promote_waiting
-- V013 says what becomes ready. $1 listener, $2 lanes and $3 keys side by side, $4 how many open
-- deliveries of each key are looked at.
SELECT freshet_promote($1, $2::smallint[], $3::text[], $4::int)
