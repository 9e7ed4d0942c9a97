-- name: harness_publish
-- One event of a test, in a transaction that is rolled back.
INSERT INTO event_publication
  (id, seq, publication_date, event_type, serialized_event, aggregate_type, aggregate_id, headers)
VALUES ($1, $2::bigint, $3::timestamptz, $4, $5, nullif($6, ''), nullif($7, ''),
        nullif($8, '')::jsonb)
