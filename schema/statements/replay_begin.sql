-- name: replay_begin
-- No row: another process has begun one just now. $1 forward, $2 topic, $3 filter.
INSERT INTO forward_replay (forward, topic, filter) VALUES ($1::text, $2::text, $3::text)
    ON CONFLICT (forward, topic) WHERE ended_at IS NULL DO NOTHING
RETURNING id
