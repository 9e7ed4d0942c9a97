-- name: complete_update
UPDATE event_publication SET completion_date = clock_timestamp(), parked = false
 WHERE id = ANY ($1::uuid[])
