-- name: schema_place
-- Where names lead that say no schema, and whether the schema $1 is there and open to this role.
SELECT n.oid IS NOT NULL, coalesce(has_schema_privilege(n.oid, 'USAGE'), false),
       coalesce(current_schema() = $1::text, false), current_setting('search_path'),
       (SELECT t.nspname FROM pg_class c JOIN pg_namespace t ON t.oid = c.relnamespace
         WHERE c.oid = to_regclass('event_publication')),
       current_database(), quote_ident(current_database()), quote_ident(current_user)
  FROM (SELECT) one LEFT JOIN pg_namespace n ON n.nspname = $1::text
