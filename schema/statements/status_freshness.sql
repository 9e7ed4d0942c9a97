-- name: status_freshness
-- What the relays have measured, one row per listener and instance; ages by the server's clock.
SELECT f.listener, f.instance,
       (extract(epoch FROM clock_timestamp() - freshet_seen(f.seen_at, r.next_sign_s))
        * 1000)::bigint AS seen_ms_ago,
       (extract(epoch FROM clock_timestamp() - last_applied_at) * 1000)::bigint AS applied_ms_ago,
       to_char(last_applied_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS last_applied,
       applied_total, array_to_string(lag_buckets, ',') AS buckets,
       array_to_string(lag_counts, ',') AS counts, coalesce(trouble, '') AS trouble
  FROM projection_freshness f
  LEFT JOIN relay_instance r ON r.instance = f.instance
 ORDER BY f.listener, f.instance
