-- freshet: retry on lock timeout
-- freshet: repeat until no row
-- Stores the numbers of V003, 2,000 to a transaction, and says how many are stored of how many.
-- A try that was cut off goes on where it ended. Rows that the application completed meanwhile stay
-- as they are; one that it holds locked is waited for 50 ms and then left alone for a while: long
-- before the application could become the victim of a deadlock.

-- By index, whatever the statistics of the application's table say: a scan per batch takes hours.
SELECT set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true);

WITH batch AS (
  UPDATE freshet_adopt_progress SET stored = least(stored + 2000, total)
   WHERE stored < total
  RETURNING stored, total
), numbered AS (
  UPDATE event_publication e SET seq = a.seq
    FROM batch, freshet_adopt a
   WHERE a.seq > batch.stored - 2000 AND a.seq <= batch.stored
     AND e.id = a.id AND e.seq = 0 AND e.completion_date IS NULL
)
SELECT stored, total FROM batch;
