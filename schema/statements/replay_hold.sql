-- name: replay_hold
-- The row as long as the transaction lasts: one at a time chooses. $1 replay.
SELECT total IS NULL AS to_choose FROM forward_replay
 WHERE id = $1::bigint AND ended_at IS NULL
   FOR UPDATE
