-- name: adoption_taken
-- Which of the names $1 are already something else's in the schema that migrate creates in.
SELECT name FROM unnest($1::text[]) AS name
 WHERE to_regclass(quote_ident(current_schema()) || '.' || quote_ident(name)) IS NOT NULL
 ORDER BY name;
