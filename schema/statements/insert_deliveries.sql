-- name: insert_deliveries
-- In seq order, which is the order in which they draw their places.
INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts, next_attempt_at,
                            error_class, last_error, first_failed_at)
SELECT event_id, listener, lane, seq, key, state, attempts,
       CASE WHEN delay_ms >= 0 THEN clock_timestamp() + delay_ms * interval '1 ms' END,
       nullif(error_class, ''), nullif(last_error, ''),
       CASE WHEN attempts > 0 THEN clock_timestamp() END
  FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::bigint[], $5::text[], $6::text[],
              $7::smallint[], $8::bigint[], $9::text[], $10::text[])
       AS d (event_id, listener, lane, seq, key, state, attempts, delay_ms, error_class, last_error)
 ORDER BY seq, listener
    ON CONFLICT (event_id, listener) DO NOTHING
