-- name: migrate_invalid_index
-- The quoted name of index $1 if a build was cut off and left it invalid.
SELECT indexrelid::regclass::text FROM pg_index
 WHERE indexrelid = to_regclass($1::text) AND NOT indisvalid;
