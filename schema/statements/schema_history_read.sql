-- name: schema_history_read
SELECT version, file, checksum, finished_at IS NOT NULL AS finished
  FROM freshet_schema_history
 ORDER BY version;
