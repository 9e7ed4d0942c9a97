-- name: own_events_table
-- A table of the user's that SQL projections could not reach, because the batch has its name.
SELECT to_regclass('events') IS NOT NULL
