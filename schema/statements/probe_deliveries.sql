-- name: probe_deliveries
-- Which of these have a ready delivery (by number, from 1), and the place of its first: $1
-- listeners, $2 lanes, $3 floors, $4 tops, side by side; without tops no lane has one. Runs after
-- plan_by_index in the same implicit transaction.
SELECT n.number, first.place
  FROM unnest($1::text[], $2::smallint[], $3::bigint[], $4::bigint[])
         WITH ORDINALITY AS n (listener, lane, floor, top, number)
 CROSS JOIN LATERAL (
   SELECT d.place FROM event_delivery d
    WHERE d.listener = n.listener AND d.lane = n.lane AND d.state = 'ready'
      AND d.place > n.floor AND d.place <= coalesce(n.top, 9223372036854775807)
    ORDER BY d.place LIMIT 1) first
