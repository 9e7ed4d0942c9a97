-- name: settled_events
-- Which of these parked events owe nothing to anybody any more. $1 ids. A statement of its own: its
-- snapshot is taken after the events were locked.
SELECT p.id
  FROM event_publication p
 WHERE p.id = ANY ($1::uuid[]) AND p.parked AND p.completion_date IS NULL
   AND NOT EXISTS (SELECT FROM event_delivery d WHERE d.event_id = p.id)
