-- name: held_keys
-- Which keys of a batch wait behind an open delivery, and for whom. $1 lanes and $2 keys, side by
-- side. A dead letter holds its key for those that block. Runs after plan_by_index.
SELECT DISTINCT l.name, k.key,
       (SELECT set_config('enable_seqscan', 'on', true)
            || set_config('enable_bitmapscan', 'on', true)
            || set_config('enable_sort', 'on', true)) AS plan_as_usual
  FROM unnest($1::smallint[], $2::text[]) AS k (lane, key)
 CROSS JOIN LATERAL (
   SELECT d.listener AS name FROM event_delivery d
    WHERE d.lane = k.lane AND d.key = k.key COLLATE "C" AND d.state <> 'dead'
    UNION ALL
   SELECT d.listener FROM event_delivery d JOIN event_listener w ON w.name = d.listener
    WHERE d.lane = k.lane AND d.key = k.key COLLATE "C" AND d.state = 'dead'
      AND w.on_dead = 'block') l
