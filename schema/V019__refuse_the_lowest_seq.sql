-- freshet: retry on lock timeout
-- A relay reads what is above a number, and nothing is below the lowest: an event that had it by
-- hand was never seen. Nothing is scanned: V020 sees to the rows that are there.

-- As in V002: what writers queue behind is given up after 50 ms.
SET LOCAL lock_timeout = '5s';
LOCK TABLE event_publication IN SHARE UPDATE EXCLUSIVE MODE;
SET LOCAL lock_timeout = '50ms';
ALTER TABLE event_publication
  ADD CONSTRAINT event_publication_seq_not_lowest CHECK (seq > -9223372036854775808) NOT VALID;
