-- name: agree_setting
-- The first relay of a database says how all of them work. $1 name, $2 value.
INSERT INTO freshet_setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING
