-- name: replay_last_seq
-- The last seq handed out. Read before open_writers.
SELECT last_value FROM event_publication_seq_seq
