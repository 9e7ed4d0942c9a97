-- name: migrate_lock_held
-- False when a pooler has moved this session to another server connection, without the lock.
SELECT EXISTS (
  SELECT FROM pg_locks
   WHERE locktype = 'advisory' AND pid = pg_backend_pid() AND granted AND objsubid = 1
     AND (classid::bigint << 32 | objid::bigint) = x'46524553484554'::bigint);
