-- freshet: retry on lock timeout
-- Pending events that nobody saw, since their seq was the lowest that there is, get 1, which means
-- older than all others. By the claim's index, whatever the table's statistics say.
SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true);

UPDATE event_publication SET seq = 1
 WHERE freshet_lane(aggregate_type, aggregate_id, id)
       = ANY (ARRAY(SELECT lane FROM event_lane WHERE drainer = ''))
   AND seq = -9223372036854775808
   AND completion_date IS NULL AND NOT parked;
