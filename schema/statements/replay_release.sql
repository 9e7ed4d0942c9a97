-- name: replay_release
-- Gives the claim back; what is done to the end, ends. $1 replay, $2 claim.
UPDATE forward_replay
   SET claim = NULL, claimed_by = NULL, claimed_until = NULL,
       ended_at = CASE WHEN done >= total THEN clock_timestamp() END
 WHERE id = $1::bigint AND claim = $2::uuid AND ended_at IS NULL
