-- name: operator_complete
-- $1 event ids whose last delivery is settled.
UPDATE event_publication SET completion_date = clock_timestamp(), parked = false
 WHERE id = ANY ($1::uuid[])
