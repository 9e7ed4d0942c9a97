-- name: pulse_name
-- This database's own name, which behind a pooler need not be that of the url.
SELECT current_database()
