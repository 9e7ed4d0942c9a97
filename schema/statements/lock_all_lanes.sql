-- name: lock_all_lanes
-- Whoever changes what all batches depend on holds every lane while doing so.
SELECT count(*) FROM (SELECT 1 FROM event_lane ORDER BY lane, drainer FOR UPDATE) held
