-- name: plan_by_index
-- Plans of the statements that follow must not depend on statistics: with a backlog that was never
-- analysed, or analysed when it was small, the planner sorts all of it. row_security off: rows that
-- a policy hides are an error, else a look would find nothing and the floor would pass them.
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('enable_sort', 'off', true), set_config('jit', 'off', true),
       set_config('row_security', 'off', true)
