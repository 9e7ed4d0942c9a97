-- name: events_cte
-- The batch as a SQL projection sees it; $1 is the ids of its fresh events. The sort has to read
-- every row first, so that each payload is cast also when the statement wants only some of them.
events AS MATERIALIZED (
  SELECT id, seq, event_type, aggregate_type, aggregate_id, serialized_event::jsonb AS payload,
         headers, publication_date
    FROM event_publication
   WHERE id = ANY ($1::uuid[])
   ORDER BY seq)
