-- name: schema_history_there
SELECT to_regclass('freshet_schema_history') IS NOT NULL;
