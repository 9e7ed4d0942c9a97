-- name: migrate_begin
-- lock_timeout: writers queue behind a waiting ALTER, for this long at most.
-- synchronous_commit off: an ALTER's lock is not held while the disk or a standby confirms. Nothing is
-- lost by it: a writer's later commit carries everything before it along.
BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE;
SET LOCAL lock_timeout = '50ms';
SET LOCAL synchronous_commit = off;
