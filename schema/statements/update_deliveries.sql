-- name: update_deliveries
-- $1 listener, then side by side: $2 event ids, $3 states, $4 counted failures, $5 due in how many
-- milliseconds (only what is retrying is due by time, and that always), $6 error classes and $7
-- errors ('': as before).
UPDATE event_delivery d
   SET state = n.state, attempts = n.attempts,
       next_attempt_at = CASE WHEN n.state = 'retrying'
                              THEN clock_timestamp() + interval '1 ms' *
                                   least(greatest(coalesce(n.delay_ms, 0), 0), 3155760000000) END,
       error_class = coalesce(nullif(n.error_class, ''), d.error_class),
       last_error = coalesce(nullif(n.last_error, ''), d.last_error),
       first_failed_at = CASE WHEN n.attempts > 0
                              THEN coalesce(d.first_failed_at, clock_timestamp()) END
  FROM unnest($2::uuid[], $3::text[], $4::smallint[], $5::bigint[], $6::text[], $7::text[])
       AS n (event_id, state, attempts, delay_ms, error_class, last_error)
 WHERE d.event_id = n.event_id AND d.listener = $1
