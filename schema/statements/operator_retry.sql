-- name: operator_retry
-- Dead letters go back into the queue, the order of their key kept: one that has an earlier open
-- delivery of its key before it waits. $1 lane, $2 listener, $3 event ids, $4 its on_dead.
WITH chosen AS MATERIALIZED (
  SELECT event_id, key, seq FROM event_delivery
   WHERE event_id = ANY ($3::uuid[]) AND listener = $2::text AND lane = $1::smallint
     AND state = 'dead'
), held AS MATERIALIZED (
  SELECT k.key, least(opened.seq, dead.seq) AS seq
    FROM (SELECT DISTINCT key FROM chosen) k
    LEFT JOIN LATERAL (
      SELECT o.seq FROM event_delivery o
       WHERE o.lane = $1::smallint AND o.key = k.key AND o.listener = $2::text
         AND o.state <> 'dead' AND o.state IN ('retrying', 'waiting')
       ORDER BY o.seq LIMIT 1) opened ON true
    LEFT JOIN LATERAL (
      SELECT o.seq FROM event_delivery o
       WHERE o.lane = $1::smallint AND o.key = k.key AND o.listener = $2::text
         AND o.state = 'dead' AND $4::text = 'block'
         AND NOT EXISTS (SELECT 1 FROM chosen c WHERE c.event_id = o.event_id)
       ORDER BY o.seq LIMIT 1) dead ON true
), placed AS MATERIALIZED (
  SELECT o.event_id, o.waits, nextval('event_delivery_place_seq') AS place
    FROM (SELECT c.event_id, coalesce(c.seq > h.seq, false) AS waits
            FROM chosen c LEFT JOIN held h ON h.key = c.key
           ORDER BY c.seq) o
)
UPDATE event_delivery d
   SET state = CASE WHEN p.waits THEN 'waiting' ELSE 'ready' END, attempts = 0,
       next_attempt_at = NULL, place = p.place
  FROM placed p
 WHERE d.event_id = p.event_id AND d.listener = $2::text
