-- name: delivery_place_now
-- What becomes ready from now on has a higher place.
SELECT freshet_last_place()
