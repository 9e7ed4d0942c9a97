-- name: harness_forget
-- The guard rows of one listener.
DELETE FROM processed_events WHERE starts_with(idempotency_key, $1 || ':')
