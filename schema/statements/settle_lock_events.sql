-- name: settle_lock_events
-- Before the last open delivery of an event is counted: two listeners that settle at once would
-- each see the other's. In id order, as everywhere where several are locked. $1 ids.
SELECT count(*)
  FROM (SELECT 1 FROM event_publication WHERE id = ANY ($1::uuid[]) ORDER BY id FOR UPDATE) held
