-- name: settle_deliveries
-- $1 listener, $2 event ids. Under (lane, drainer) and the events' locks.
DELETE FROM event_delivery WHERE listener = $1 AND event_id = ANY ($2::uuid[])
