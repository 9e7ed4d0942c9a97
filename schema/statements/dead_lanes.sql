-- name: dead_lanes
-- Which dead letters an operator means, per lane and listener. $1 to $6 the filter: event ids ({}
-- is any; '' is any for the others), listener, key, id of the key, error class, LIKE of the type.
-- $7: no delivery that became ready or dead later than this place.
SELECT d.lane, d.listener, count(*) AS number, max(coalesce(l.on_dead, 'block')) AS on_dead,
       max(coalesce(l.state, 'retired')) AS state
  FROM event_delivery d
  LEFT JOIN event_listener l ON l.name = d.listener
 WHERE d.state = 'dead' AND d.place <= $7::bigint
   AND ($1::uuid[] = '{}' OR d.event_id = ANY ($1::uuid[]))
   AND ($2::text = '' OR d.listener = $2::text)
   AND ($3::text = '' OR d.key = $3::text)
   AND ($4::text = '' OR d.key = $4::text
        OR right(d.key, length($4::text) + 1) = chr(31) || $4::text)
   AND ($5::text = '' OR d.error_class = $5::text)
   AND ($6::text = '' OR EXISTS (SELECT 1 FROM event_publication e
                             WHERE e.id = d.event_id AND e.event_type LIKE $6::text))
 GROUP BY d.lane, d.listener
 ORDER BY d.lane, d.listener
