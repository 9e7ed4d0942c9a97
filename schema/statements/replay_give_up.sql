-- name: replay_give_up
-- Ends a replay that no process is at. No row: one is. $1 replay.
UPDATE forward_replay SET ended_at = clock_timestamp()
 WHERE id = $1::bigint AND ended_at IS NULL
   AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
RETURNING id
