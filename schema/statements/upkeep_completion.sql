-- name: upkeep_completion
-- What this database's relays do with a completed event.
SELECT coalesce((SELECT value FROM freshet_setting WHERE name = 'completion'), 'update')
