-- name: status_relays
-- What each relay says of itself here; of many the $1 that were seen last. By the server's clock,
-- as freshet_seen counts.
SELECT instance,
       (extract(epoch FROM clock_timestamp() - freshet_seen(seen_at, next_sign_s)) * 1000)::bigint
         AS seen_ms_ago,
       asleep, sessions, sessions_most, process, process_most, waiting,
       array_to_string(acquire_buckets, ',') AS acquire_buckets,
       array_to_string(acquire_counts, ',') AS acquire_counts,
       array_to_string(run_buckets, ',') AS run_buckets,
       array_to_string(run_counts, ',') AS run_counts,
       (extract(epoch FROM clock_timestamp() - seen_at) * 1000)::bigint AS heard_ms_ago, next_sign_s
  FROM relay_instance
 ORDER BY freshet_seen(seen_at, next_sign_s) DESC, instance
 LIMIT $1::int
