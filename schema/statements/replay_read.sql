-- name: replay_read
-- The next events of a replay, wherever they are kept by now; those that are kept nowhere are
-- missing. The columns of freshet_claim first, in its order. $1 replay, $2 last place done, $3 how
-- many places, $4 largest payload that travels, $5 bytes in all, headers included (the first event
-- always fits).
-- found: how many there are without that limit. Runs after plan_by_index.
SELECT 0 AS lane, id, seq, event_type, aggregate_type, aggregate_id,
       CASE WHEN bytes <= $4::bigint THEN serialized_event END AS payload, bytes, headers,
       published_us, listener_id, place, found
  FROM (SELECT e.*, r.place, count(*) OVER () AS found,
               sum(e.counted) OVER (ORDER BY r.place ROWS UNBOUNDED PRECEDING) AS counted_so_far
          FROM forward_replay_event r
         CROSS JOIN LATERAL (
           SELECT id, coalesce(seq, 1) AS seq, event_type, aggregate_type, aggregate_id,
                  serialized_event, coalesce(octet_length(serialized_event), 0)::bigint AS bytes,
                  coalesce(octet_length(serialized_event), 0)
                    + freshet_headers_bytes(headers) AS counted,
                  headers, listener_id,
                  CASE WHEN isfinite(publication_date)
                       THEN (extract(epoch FROM least(publication_date,
                                                        '294246-01-01Z'::timestamptz))
                             * 1000000)::bigint
                  END AS published_us
             FROM (SELECT id, seq, event_type, aggregate_type, aggregate_id, serialized_event,
                          headers, listener_id, publication_date
                     FROM event_publication p WHERE p.id = r.event_id
                    UNION ALL
                   SELECT id, seq, event_type, aggregate_type, aggregate_id, serialized_event,
                          headers, listener_id, publication_date
                     FROM event_publication_archive a WHERE a.id = r.event_id) kept
            LIMIT 1) e
         WHERE r.replay = $1::bigint AND r.place > $2::bigint
           AND r.place <= $2::bigint + $3::bigint) e
 WHERE counted_so_far - counted < $5::bigint
 ORDER BY place
