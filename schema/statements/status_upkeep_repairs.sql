-- name: status_upkeep_repairs
SELECT kind, repaired, to_char(last_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS last,
       last_ids
  FROM upkeep_repair ORDER BY kind
