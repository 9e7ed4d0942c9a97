-- name: dead_list
-- Dead letters for people, the oldest failure first. $1 to $6 the filter as in dead_lanes, $7 how
-- many. The event may be gone: deleted by hand.
SELECT d.event_id, d.listener, d.key, d.seq, d.attempts, coalesce(d.error_class, '') AS error_class,
       coalesce(d.last_error, '') AS last_error,
       to_char(d.first_failed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS failed_at,
       p.event_type
  FROM (SELECT d.* FROM event_delivery d
 WHERE d.state = 'dead'
   AND ($1::uuid[] = '{}' OR d.event_id = ANY ($1::uuid[]))
   AND ($2::text = '' OR d.listener = $2::text)
   AND ($3::text = '' OR d.key = $3::text)
   AND ($4::text = '' OR d.key = $4::text
        OR right(d.key, length($4::text) + 1) = chr(31) || $4::text)
   AND ($5::text = '' OR d.error_class = $5::text)
   AND ($6::text = '' OR EXISTS (SELECT 1 FROM event_publication e
                             WHERE e.id = d.event_id AND e.event_type LIKE $6::text))
 ORDER BY d.first_failed_at, d.seq, d.listener
 LIMIT $7::int) d
  LEFT JOIN event_publication p ON p.id = d.event_id
 ORDER BY d.first_failed_at, d.seq, d.listener
