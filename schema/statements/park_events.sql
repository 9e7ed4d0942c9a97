-- name: park_events
-- What is left of these events lives in event_delivery; they leave the claim's index.
UPDATE event_publication SET parked = true WHERE id = ANY ($1::uuid[])
