-- name: upkeep_delete_orphans
-- Under (lane, drainer), asked anew. $1 lane, $2 listener, $3 event ids.
DELETE FROM event_delivery d
 WHERE d.event_id = ANY ($3::uuid[]) AND d.listener = $2::text AND d.lane = $1::smallint
   AND NOT EXISTS (SELECT FROM event_publication p WHERE p.id = d.event_id)
RETURNING d.event_id, d.key
