-- name: probe_deliveries
-- Where ready deliveries are: $1 listeners, $2 lanes, $3 floors, side by side. Runs after
-- plan_by_index in the same implicit transaction.
SELECT n.listener, n.lane, first.place
  FROM unnest($1::text[], $2::smallint[], $3::bigint[]) AS n (listener, lane, floor)
 CROSS JOIN LATERAL (
   SELECT d.place FROM event_delivery d
    WHERE d.listener = n.listener AND d.lane = n.lane AND d.state = 'ready' AND d.place > n.floor
    ORDER BY d.place LIMIT 1) first
