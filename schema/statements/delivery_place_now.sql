-- name: delivery_place_now
-- What becomes ready from now on has a higher place.
SELECT last_value FROM event_delivery_place_seq
