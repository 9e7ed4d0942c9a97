-- name: upkeep_plan
-- Pages by their place, everything else by its primary key, whatever the statistics say: a hash
-- would read a whole table for each step. A lost commit is made up for by the next sweep.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
       set_config('enable_sort', 'off', true), set_config('jit', 'off', true),
       set_config('synchronous_commit', 'off', true)
