-- name: upkeep_place
-- Moves whenever a delivery is written or becomes ready.
SELECT coalesce(pg_sequence_last_value('event_delivery_place_seq'), 0)
