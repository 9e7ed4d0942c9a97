-- name: commit_without_waiting
-- For the transaction at hand: its COMMIT does not wait for the disk. A crash takes it back whole.
SELECT set_config('synchronous_commit', 'off', true)
