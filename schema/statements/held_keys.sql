-- name: held_keys
-- What a batch of the first pass may have to wait behind: for each of its keys and each listener
-- that is not detached the lowest open seq. A dead letter is open for those that block. $1 lanes
-- and $2 keys, side by side. Runs after plan_by_index.
SELECT w.name, k.key, least(open.seq, dead.seq) AS lowest_open,
       (SELECT set_config('enable_seqscan', 'on', true)
            || set_config('enable_bitmapscan', 'on', true)
            || set_config('enable_sort', 'on', true)) AS plan_as_usual
  FROM unnest($1::smallint[], $2::text[]) AS k (lane, key)
 CROSS JOIN event_listener w
  LEFT JOIN LATERAL (
    SELECT d.seq FROM event_delivery d
     WHERE d.lane = k.lane AND d.key = k.key COLLATE "C" AND d.listener = w.name
       AND d.state <> 'dead'
     ORDER BY d.seq LIMIT 1) open ON true
  LEFT JOIN LATERAL (
    SELECT d.seq FROM event_delivery d
     WHERE d.lane = k.lane AND d.key = k.key COLLATE "C" AND d.listener = w.name
       AND d.state = 'dead' AND w.on_dead = 'block'
     ORDER BY d.seq LIMIT 1) dead ON true
 WHERE NOT w.detached AND (open.seq IS NOT NULL OR dead.seq IS NOT NULL)
