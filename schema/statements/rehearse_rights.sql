-- name: rehearse_rights
-- What a batch needs and one without events does not show: the table of the guards, and the
-- sequence of the places. A number that is drawn and not used does no harm.
WITH guards AS (INSERT INTO processed_events (idempotency_key) SELECT '' WHERE false)
SELECT nextval('event_delivery_place_seq')
