-- name: bump_listeners_version
UPDATE freshet_setting SET value = (value::bigint + 1)::text WHERE name = 'listeners_version'
