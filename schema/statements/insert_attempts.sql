-- name: insert_attempts
-- Failures are numbered on from those of earlier rounds (an operator's retry begins a new one);
-- 0 is a remark, of which the first stays.
INSERT INTO event_attempt (event_id, listener, attempt, error_class, error)
SELECT a.event_id, a.listener,
       CASE WHEN a.attempt > 0
            THEN (SELECT coalesce(max(e.attempt), 0) + 1 FROM event_attempt e
                   WHERE e.event_id = a.event_id AND e.listener = a.listener)
            ELSE 0 END,
       a.error_class, a.error
  FROM unnest($1::uuid[], $2::text[], $3::int[], $4::text[], $5::text[])
       AS a (event_id, listener, attempt, error_class, error)
 ORDER BY a.event_id, a.listener
    ON CONFLICT (event_id, listener, attempt) DO NOTHING
