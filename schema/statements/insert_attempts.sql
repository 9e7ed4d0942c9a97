-- name: insert_attempts
INSERT INTO event_attempt (event_id, listener, attempt, error_class, error)
SELECT event_id, listener, attempt, error_class, error
  FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::text[], $5::text[])
       AS a (event_id, listener, attempt, error_class, error)
 ORDER BY event_id, listener, attempt
    ON CONFLICT (event_id, listener, attempt) DO NOTHING
