-- name: notify_relays
-- A hint for relays that listen; polling is the truth.
SELECT pg_notify('freshet', '')
