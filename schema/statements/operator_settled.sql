-- name: operator_settled
-- A statement after the deletion: which of these events has nothing open any more. $1 event ids.
SELECT e.id FROM event_publication e
 WHERE e.id = ANY ($1::uuid[]) AND e.parked AND e.completion_date IS NULL
   AND NOT EXISTS (SELECT 1 FROM event_delivery d WHERE d.event_id = e.id)
