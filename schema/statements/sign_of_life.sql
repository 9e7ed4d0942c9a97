-- name: sign_of_life
-- $1 this relay, which looks seldom: it is there, and serves what it served when it fell asleep.
WITH relay AS (
  UPDATE relay_instance r SET seen_at = clock_timestamp()
    FROM relay_instance before
   WHERE r.instance = $1 AND before.instance = r.instance
  RETURNING before.seen_at
)
UPDATE projection_freshness f SET seen_at = clock_timestamp()
  FROM relay
 WHERE f.instance = $1 AND f.seen_at >= relay.seen_at - interval '1 s'
