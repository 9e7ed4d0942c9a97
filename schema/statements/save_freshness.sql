-- name: save_freshness
-- $1 listener, $2 instance, $3 last seq, $4 its publication and $5 its commit in microseconds,
-- $6 events applied since the last call, $7 and $8 the last minute's histogram, $9 trouble or ''.
-- A NULL keeps what was there.
INSERT INTO projection_freshness AS f (listener, instance, seen_at, last_seq, last_event_at,
                                       last_applied_at, applied_total, lag_buckets,
                                       lag_counts, trouble)
VALUES ($1, $2, clock_timestamp(), $3::bigint, to_timestamp($4::bigint / 1000000.0),
        to_timestamp($5::bigint / 1000000.0), $6::bigint, coalesce($7::int[], '{}'),
        coalesce($8::bigint[], '{}'), nullif($9, ''))
    ON CONFLICT (listener, instance) DO UPDATE
   SET seen_at = excluded.seen_at,
       last_seq = coalesce(excluded.last_seq, f.last_seq),
       last_event_at = coalesce(excluded.last_event_at, f.last_event_at),
       last_applied_at = coalesce(excluded.last_applied_at, f.last_applied_at),
       applied_total = f.applied_total + excluded.applied_total,
       lag_buckets = coalesce($7::int[], f.lag_buckets),
       lag_counts = coalesce($8::bigint[], f.lag_counts),
       trouble = excluded.trouble
