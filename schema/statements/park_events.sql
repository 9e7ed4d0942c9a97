-- name: park_events
SELECT freshet_park($1::uuid[])
