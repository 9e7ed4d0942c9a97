-- name: insert_deliveries
INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts, error_class,
                            last_error, first_failed_at)
SELECT event_id, listener, lane, seq, key, state, attempts, nullif(error_class, ''),
       nullif(last_error, ''), CASE WHEN attempts > 0 THEN clock_timestamp() END
  FROM unnest($1::uuid[], $2::text[], $3::smallint[], $4::bigint[], $5::text[], $6::text[],
              $7::smallint[], $8::text[], $9::text[])
       AS d (event_id, listener, lane, seq, key, state, attempts, error_class, last_error)
 ORDER BY event_id, listener
    ON CONFLICT (event_id, listener) DO NOTHING
