-- name: replay_check_time
-- A moment as this server understands it. $1 the text.
SELECT $1::text::timestamptz
