-- name: database_clock
-- Run after COMMIT in the same round trip: the moment by which readers see the batch.
SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint
