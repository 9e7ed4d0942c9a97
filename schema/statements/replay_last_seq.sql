-- name: replay_last_seq
-- The last seq handed out. Read before open_writers.
SELECT freshet_last_seq()
