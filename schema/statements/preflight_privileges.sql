-- name: preflight_privileges
-- $1 tables and $2 privileges, side by side. @return those that are missing. A grant on columns
-- counts, since it is not known here which ones are used.
SELECT needed.relation, needed.privilege
  FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS needed (relation, privilege, place)
 WHERE NOT CASE needed.privilege
             WHEN 'DELETE' THEN has_table_privilege(needed.relation, 'DELETE')
             WHEN 'USAGE' THEN has_sequence_privilege(needed.relation, 'USAGE')
             ELSE has_any_column_privilege(needed.relation, needed.privilege) END
 ORDER BY needed.place
