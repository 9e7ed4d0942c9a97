-- name: schema_history_start
INSERT INTO freshet_schema_history (version, file, checksum, by)
VALUES ($1::integer, $2::text, $3::text, session_user || ' with freshet ' || $4::text)
ON CONFLICT (version) DO UPDATE
   SET file = excluded.file, checksum = excluded.checksum, by = excluded.by,
       started_at = clock_timestamp();
