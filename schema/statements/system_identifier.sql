-- name: system_identifier
-- Of the cluster; standbys and copies of its files have the same. Apart, since PostgreSQL refuses
-- the whole statement to a role that may not call the function.
SELECT system_identifier FROM pg_control_system()
