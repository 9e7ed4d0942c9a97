-- name: migrate_lock
-- One migrate at a time in this database. Asked for again and again, never waited for: a session that
-- waits in a lock holds a snapshot, and CREATE INDEX CONCURRENTLY waits for every snapshot.
SELECT pg_try_advisory_lock(x'46524553484554'::bigint);
