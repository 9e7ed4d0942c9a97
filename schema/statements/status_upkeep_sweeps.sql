-- name: status_upkeep_sweeps
-- How far each purge is; finished NULL: it is at work.
SELECT name, CASE WHEN pages > 0 THEN next_page * 100 / pages ELSE 0 END AS percent, removed,
       removed_total,
       to_char(finished_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS finished
  FROM upkeep_sweep WHERE name <> 'parked' ORDER BY name
