-- name: begin_read_only
-- For a query that somebody else wrote: it can change nothing.
BEGIN ISOLATION LEVEL READ COMMITTED READ ONLY
