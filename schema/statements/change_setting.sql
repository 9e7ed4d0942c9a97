-- name: change_setting
-- Under the lanes that it changes. $1 name, $2 value.
INSERT INTO freshet_setting AS s (name, value) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE s.value <> excluded.value
