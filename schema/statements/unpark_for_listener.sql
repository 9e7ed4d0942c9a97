-- name: unpark_for_listener
-- Events that were addressed to $1 before anybody ran it go back to the claim.
WITH ready AS (
  DELETE FROM event_delivery WHERE listener = $1 AND state = 'ready' RETURNING event_id
)
UPDATE event_publication SET parked = false
 WHERE id IN (SELECT event_id FROM ready) AND parked AND completion_date IS NULL
