-- How the floor's batch ends, mode archive; what comes before is batch.sql.
WITH gone AS (DELETE FROM event_publication WHERE id = ANY (:ids::uuid[]) RETURNING *)
INSERT INTO event_publication_archive (id, event_type, serialized_event, publication_date,
       completion_date, listener_id, seq, aggregate_type, aggregate_id, headers)
SELECT id, event_type, serialized_event, publication_date, clock_timestamp(), listener_id, seq,
       aggregate_type, aggregate_id, headers
  FROM gone;
COMMIT;
