-- name: replay_advance
-- Notes that everything up to a place is done, and forgets it. No row: the claim was lost, and
-- nothing was changed. $1 replay, $2 claim, $3 place, $4 sent, $5 refused, $6 vanished, $7 how many
-- ms more it is claimed, $8 the row of operator_log.
WITH mine AS (
  UPDATE forward_replay
     SET done = $3::bigint, sent = sent + $4::bigint, refused = refused + $5::bigint,
         vanished = vanished + $6::bigint,
         claimed_until = clock_timestamp() + $7::bigint * interval '1 ms'
   WHERE id = $1::bigint AND claim = $2::uuid AND ended_at IS NULL AND done <= $3::bigint
  RETURNING id
), gone AS (
  DELETE FROM forward_replay_event e USING mine
   WHERE e.replay = mine.id AND e.place <= $3::bigint
), logged AS (
  UPDATE operator_log SET events = events + $4::bigint FROM mine
   WHERE operator_log.id = $8::bigint AND $4::bigint > 0
)
SELECT id FROM mine
