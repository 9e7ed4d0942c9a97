-- name: complete_delete
DELETE FROM event_publication WHERE id = ANY ($1::uuid[])
