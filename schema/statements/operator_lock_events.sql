-- name: operator_lock_events
-- Settling begins with the event rows, in the order of their ids: who settles last must see that
-- the others are through. $1 event ids.
SELECT id FROM event_publication WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE
