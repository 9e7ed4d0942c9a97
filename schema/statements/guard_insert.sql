-- name: guard_insert
-- Writes the guard rows that are not there yet and answers which ones those were. The keys come
-- sorted, so that transactions that share business keys wait for each other in one order.
INSERT INTO processed_events (idempotency_key)
SELECT key FROM unnest($1::text[]) WITH ORDINALITY AS sent (key, place) ORDER BY place
ON CONFLICT DO NOTHING
RETURNING idempotency_key
