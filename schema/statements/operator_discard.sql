-- name: operator_discard
-- $1 listener, $2 event ids.
DELETE FROM event_delivery WHERE listener = $1::text AND event_id = ANY ($2::uuid[])
