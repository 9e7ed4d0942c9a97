-- name: catalogue_rows
-- The settings' query takes the place of "SELECT" within the parentheses. The limit is a parameter,
-- so that the server refuses a second statement that would get in with it.
SELECT * FROM (SELECT) AS catalogue LIMIT $1
