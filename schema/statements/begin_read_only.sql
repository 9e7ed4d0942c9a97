-- name: begin_read_only
-- For a query of the user's: it can change nothing.
BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY
