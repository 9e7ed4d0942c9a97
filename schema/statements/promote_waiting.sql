-- name: promote_waiting
-- The head of these keys has gone: the first $4 deliveries that wait behind it become ready, in seq
-- order. $1 listener, $2 lanes and $3 keys side by side. Runs after plan_by_index.
UPDATE event_delivery d SET state = 'ready', place = n.place
  FROM (SELECT event_id, nextval('event_delivery_place_seq') AS place
          FROM (SELECT w.event_id
                  FROM unnest($2::smallint[], $3::text[]) AS k (lane, key)
                 CROSS JOIN LATERAL (
                   SELECT o.event_id, o.seq FROM event_delivery o
                    WHERE o.lane = k.lane AND o.key = k.key COLLATE "C" AND o.listener = $1
                      AND o.state <> 'dead' AND o.state = 'waiting'
                    ORDER BY o.seq
                    LIMIT $4::int) w
                 ORDER BY w.seq) in_order) n
 WHERE d.event_id = n.event_id AND d.listener = $1
