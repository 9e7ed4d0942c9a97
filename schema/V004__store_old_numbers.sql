-- freshet: retry on lock timeout
-- freshet: repeat until no row
-- Stores the numbers of V003, 2,000 to a transaction, and says how many are stored of how many.
-- A try that was cut off goes on where it ended. A row that the application holds locked is waited for
-- 50 ms and then left alone for a while: long before anybody could become a deadlock's victim.

-- One lookup by id for each number, whatever the statistics of the application's table say. No
-- condition on e but its id, for the same reason: a planner that expects one row with "seq = 0" starts
-- from there and reads the whole batch for every row of the table (measured: 8 s for 2,000 of 20,000).
-- So a row completed meanwhile gets its number too, which does no harm.
SELECT set_config('enable_seqscan', 'off', true),
       set_config('enable_hashjoin', 'off', true),
       set_config('enable_mergejoin', 'off', true),
       set_config('jit', 'off', true);

WITH batch AS (
  UPDATE freshet_adopt_progress SET stored = least(stored + 2000, total)
   WHERE stored < total
  RETURNING (stored - 1) / 2000 * 2000 AS low, stored AS high, total
), numbered AS (
  UPDATE event_publication e SET seq = a.seq
    FROM batch, freshet_adopt a
   WHERE a.seq > batch.low AND a.seq <= batch.high AND e.id = a.id
)
SELECT high, total FROM batch;
