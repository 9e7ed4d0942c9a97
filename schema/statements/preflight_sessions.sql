-- name: preflight_sessions
-- How many sessions there can be: on this server, of which some are kept for others, as this role
-- and in this database; -1: no limit. Superusers are held to neither of the last two.
SELECT current_setting('max_connections')::int,
       current_setting('superuser_reserved_connections')::int
         + coalesce(current_setting('reserved_connections', true)::int, 0),
       CASE WHEN r.rolsuper THEN -1 ELSE r.rolconnlimit END,
       CASE WHEN r.rolsuper THEN -1 ELSE d.datconnlimit END,
       quote_ident(r.rolname), quote_ident(d.datname)
  FROM pg_roles r, pg_database d
 WHERE r.rolname = session_user AND d.datname = current_database()
