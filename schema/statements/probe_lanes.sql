-- name: probe_lanes
-- The lowest pending seq of each lane above its floor (NULL: none), and the last seq
-- and the last place handed out.
-- $1 lanes, $2 their floors. Runs after plan_by_index in the same implicit transaction.
SELECT l.lane,
       (SELECT p.seq FROM event_publication p
         WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
           AND p.seq > l.floor AND p.completion_date IS NULL AND NOT p.parked
         ORDER BY p.seq LIMIT 1) AS lowest,
       (SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END
          FROM event_publication_seq_seq) AS last_seq,
       (SELECT last_value FROM event_delivery_place_seq) AS last_place
  FROM unnest($1::smallint[], $2::bigint[]) AS l (lane, floor)
