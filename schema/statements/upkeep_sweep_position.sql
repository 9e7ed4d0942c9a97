-- name: upkeep_sweep_position
-- Where a sweep is, and for how many seconds it has been over (NULL: it is not). $1 name.
SELECT next_page, extract(epoch FROM clock_timestamp() - finished_at)::bigint AS over_s
  FROM upkeep_sweep WHERE name = $1::text
