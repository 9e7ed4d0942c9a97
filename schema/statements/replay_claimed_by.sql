-- name: replay_claimed_by
-- Which process has a replay, and for how many seconds at most if nothing more is heard of it. $1
-- replay.
SELECT claimed_by, ceil(extract(epoch FROM claimed_until - clock_timestamp()))::bigint
  FROM forward_replay
 WHERE id = $1::bigint AND ended_at IS NULL AND claimed_until > clock_timestamp()
