-- name: operator_retry
-- Dead letters go back into the queue. promote_waiting follows in the same transaction and makes
-- ready what nothing of its key holds. $1 lane, $2 listener, $3 event ids.
UPDATE event_delivery SET state = 'waiting', attempts = 0, next_attempt_at = NULL
 WHERE event_id = ANY ($3::uuid[]) AND listener = $2::text AND lane = $1::smallint
   AND state = 'dead'
