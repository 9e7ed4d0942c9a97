-- name: lock_drainer_lanes
-- The lanes of the drainers whose listeners change. What keeps batches and a change apart is these
-- locks; the announcement only makes them free in good time. $1 names, $2 whether all are meant.
SELECT count(*)
  FROM (SELECT 1 FROM event_lane
         WHERE drainer <> '' AND ($2::boolean OR drainer = ANY ($1::text[]))
         ORDER BY lane, drainer FOR UPDATE) held
