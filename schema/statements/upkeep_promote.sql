-- name: upkeep_promote
-- Makes ready what waits at the head of these keys, in the order of seq, up to whatever the key has
-- before it. Under (lane, drainer). $1 lane, $2 listener, $3 keys, $4 its on_dead, $5 how many of
-- each key.
WITH free AS (
  SELECT o.event_id, o.seq
    FROM (SELECT DISTINCT key FROM unnest($3::text[]) AS asked (key)) k
    LEFT JOIN LATERAL (
      SELECT d.seq FROM event_delivery d
       WHERE d.lane = $1::smallint AND d.key = k.key AND d.listener = $2::text
         AND d.state = 'dead' AND $4::text = 'block'
       ORDER BY d.seq LIMIT 1) dead ON true
   CROSS JOIN LATERAL (
      SELECT w.event_id, w.seq,
             bool_or(w.state <> 'waiting') OVER (ORDER BY w.seq, w.event_id) AS held
        FROM (SELECT d.event_id, d.seq, d.state FROM event_delivery d
               WHERE d.lane = $1::smallint AND d.key = k.key AND d.listener = $2::text
                 AND d.state <> 'dead'
               ORDER BY d.seq LIMIT $5::int) w) o
   WHERE NOT o.held AND (dead.seq IS NULL OR o.seq < dead.seq)
), placed AS MATERIALIZED (
  SELECT event_id, nextval('event_delivery_place_seq') AS place
    FROM (SELECT event_id FROM free ORDER BY seq) o
)
UPDATE event_delivery d SET state = 'ready', place = p.place
  FROM placed p
 WHERE d.event_id = p.event_id AND d.listener = $2::text
