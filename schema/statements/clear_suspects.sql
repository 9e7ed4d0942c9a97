-- name: clear_suspects
-- $1 listener, $2 event ids.
DELETE FROM event_suspect WHERE listener = $1 AND event_id = ANY ($2::uuid[])
