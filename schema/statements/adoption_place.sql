-- name: adoption_place
-- Where migrate would create its objects, and what stands in the way: NULL for no schema.
SELECT current_schema() AS schema,
       coalesce(has_schema_privilege(current_schema(), 'CREATE'), false) AS may_create,
       current_user AS role,
       pg_is_in_recovery() AS standby;
