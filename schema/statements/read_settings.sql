-- name: read_settings
SELECT name, value FROM freshet_setting ORDER BY name
