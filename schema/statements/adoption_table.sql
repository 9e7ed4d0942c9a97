-- name: adoption_table
-- What an existing table $1 is: one row, none without it.
SELECT c.relkind, c.relpersistence, n.nspname AS schema,
       n.nspname = current_schema() AS in_place,
       pg_has_role(c.relowner, 'USAGE') AS mine, pg_get_userbyid(c.relowner) AS owner,
       c.relispartition OR EXISTS (
         SELECT FROM pg_inherits i WHERE c.oid IN (i.inhparent, i.inhrelid)) AS inherits
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE c.oid = to_regclass($1::text);
