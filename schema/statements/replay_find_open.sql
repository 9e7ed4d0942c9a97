-- name: replay_find_open
-- The replay of a forward to a topic that has not ended. $1 forward, $2 topic.
SELECT id, filter, began_at::timestamptz(0), bound, total, left_out, done, sent, refused, vanished
  FROM forward_replay
 WHERE forward = $1::text AND topic = $2::text AND ended_at IS NULL
