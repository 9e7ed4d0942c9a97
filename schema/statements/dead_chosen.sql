-- name: dead_chosen
-- The next dead letters that a filter means in a lane that is held. $1 to $6 the filter as in
-- dead_lanes, $7 the last place, $8 lane, $9 listener, $10 how many.
SELECT d.event_id, d.key
  FROM event_delivery d
 WHERE d.state = 'dead' AND d.place <= $7::bigint
   AND d.lane = $8::smallint AND d.listener = $9::text
   AND ($1::uuid[] = '{}' OR d.event_id = ANY ($1::uuid[]))
   AND ($2::text = '' OR d.listener = $2::text)
   AND ($3::text = '' OR d.key = $3::text)
   AND ($4::text = '' OR d.key = $4::text
        OR right(d.key, length($4::text) + 1) = chr(31) || $4::text)
   AND ($5::text = '' OR d.error_class = $5::text)
   AND ($6::text = '' OR EXISTS (SELECT 1 FROM event_publication e
                             WHERE e.id = d.event_id AND e.event_type LIKE $6::text))
 ORDER BY d.key, d.seq
 LIMIT $10::int
