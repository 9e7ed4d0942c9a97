-- name: open_writers
-- Transactions that may have drawn a seq and not committed it: an INSERT takes this lock before it
-- draws. Prepared transactions are among them. Must be read after the sequence.
SELECT DISTINCT virtualtransaction FROM pg_locks
 WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND relation = 'event_publication'::regclass
