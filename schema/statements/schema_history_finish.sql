-- name: schema_history_finish
UPDATE freshet_schema_history SET finished_at = clock_timestamp() WHERE version = $1::integer;
