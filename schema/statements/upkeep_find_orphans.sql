-- name: upkeep_find_orphans
-- Walks the deliveries by their key, $3 at a time: one whose event is gone is `wrong`. The last row
-- is where to go on; no row: the end. $1 event, $2 listener to go on behind.
WITH page AS MATERIALIZED (
  SELECT d.event_id, d.listener, d.lane, d.key
    FROM event_delivery d
   WHERE (d.event_id, d.listener) > ($1::uuid, $2::text)
   ORDER BY d.event_id, d.listener LIMIT $3::int
)
SELECT event_id, listener, lane, key, true AS wrong
  FROM page d
 WHERE NOT EXISTS (SELECT FROM event_publication p WHERE p.id = d.event_id)
 UNION ALL
(SELECT event_id, listener, lane, key, false FROM page
  ORDER BY event_id DESC, listener DESC LIMIT 1)
