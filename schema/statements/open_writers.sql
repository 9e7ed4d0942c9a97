-- name: open_writers
-- Transactions that may have drawn a seq and not committed it: nextval() takes this lock before it
-- draws and keeps it to the transaction's end, whatever becomes of a savepoint. Prepared
-- transactions are among them; so is, for a moment, another relay that asks for the last seq. Must
-- be read after the sequence, and in another transaction.
SELECT DISTINCT virtualtransaction FROM pg_locks
 WHERE locktype = 'relation' AND mode = 'RowExclusiveLock' AND granted
   AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
   AND relation = 'event_publication_seq_seq'::regclass
