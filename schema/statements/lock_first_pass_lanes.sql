-- name: lock_first_pass_lanes
-- Held by every change of what a batch of the first pass depends on, and so by one at a time.
SELECT count(*) FROM (SELECT 1 FROM event_lane WHERE drainer = '' ORDER BY lane FOR UPDATE) held
