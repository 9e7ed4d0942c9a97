-- name: replay_sweep
-- Forgets what replays that have ended had still before them. $1 how many rows at most.
DELETE FROM forward_replay_event
 USING (SELECT e.replay, e.place
          FROM forward_replay r
         CROSS JOIN LATERAL (SELECT replay, place FROM forward_replay_event
                              WHERE replay = r.id LIMIT $1::int) e
         WHERE r.ended_at IS NOT NULL
         LIMIT $1::int) gone
 WHERE forward_replay_event.replay = gone.replay AND forward_replay_event.place = gone.place
