-- name: outbox_identity
-- What tells this outbox from others, but for the cluster's system identifier: no row without it.
-- The start of the server, in UTC, stands in where this role may not read that identifier.
SELECT current_database(), n.nspname,
       to_char(pg_postmaster_start_time() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US'),
       has_function_privilege('pg_catalog.pg_control_system()', 'EXECUTE'),
       quote_ident(current_user)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = to_regclass('event_publication')
