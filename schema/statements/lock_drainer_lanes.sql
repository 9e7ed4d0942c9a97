-- name: lock_drainer_lanes
-- Before lock_all_lanes, which then finds only the first pass's lanes still to lock.
SELECT count(*)
  FROM (SELECT 1 FROM event_lane WHERE drainer <> '' ORDER BY lane, drainer FOR UPDATE) held
