-- name: upkeep_activity
-- Moves whenever an event is published or a delivery becomes ready.
SELECT coalesce(pg_sequence_last_value('event_publication_seq_seq'), 0)
     + coalesce(pg_sequence_last_value('event_delivery_place_seq'), 0)
