-- name: upkeep_find_settled
-- Parked events on some pages that owe nothing to anybody; a row without an id tells how many pages
-- there are. $1 from and $2 up to a row's place.
SELECT p.id, 0::bigint AS pages
  FROM event_publication p
 WHERE p.ctid >= $1::tid AND p.ctid < $2::tid AND p.parked AND p.completion_date IS NULL
   AND NOT EXISTS (SELECT FROM event_delivery d WHERE d.event_id = p.id)
 UNION ALL
SELECT NULL, pg_relation_size('event_publication') / current_setting('block_size')::int
