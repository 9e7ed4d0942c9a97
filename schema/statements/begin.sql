-- name: begin
-- READ COMMITTED is said, because a role or a database may default to something stricter, and the
-- claim relies on each statement taking a snapshot of its own.
BEGIN ISOLATION LEVEL READ COMMITTED
