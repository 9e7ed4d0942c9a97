-- name: replay_claim
-- Makes a replay one process's own for a while. No row: another's time is not over, or it has
-- ended. $1 replay, $2 who, $3 for how many ms.
UPDATE forward_replay
   SET claim = gen_random_uuid(), claimed_by = $2::text,
       claimed_until = clock_timestamp() + $3::bigint * interval '1 ms'
 WHERE id = $1::bigint AND ended_at IS NULL AND total IS NOT NULL
   AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
RETURNING claim, done, sent, refused, vanished
