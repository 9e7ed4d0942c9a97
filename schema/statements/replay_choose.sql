-- name: replay_choose
-- Chooses what is sent, in one look at the whole history: completed events and the archive, in seq
-- order, numbered without a gap. Events from before Freshet share a seq and go by their time. What
-- is not complete is no history; it is only counted.
-- $1 replay, $2 bound, $3 the forward's name, $4 its patterns for LIKE, $5 from seq, $6 until seq,
-- $7 from time, $8 before time, $9 key, $10 type for LIKE; '' where there is none.
WITH chosen AS (
  SELECT id, seq, publication_date, complete
    FROM (SELECT id, seq, publication_date, completion_date IS NOT NULL AS complete, event_type,
                 aggregate_id, listener_id
            FROM event_publication
           UNION ALL
          SELECT id, coalesce(seq, 1), publication_date, true, event_type, aggregate_id, listener_id
            FROM event_publication_archive) e
   WHERE seq <= $2::bigint
     AND (listener_id = $3::text OR (listener_id IS NULL AND event_type LIKE ANY ($4::text[])))
     AND ($5::text = '' OR seq >= nullif($5::text, '')::bigint)
     AND ($6::text = '' OR seq <= nullif($6::text, '')::bigint)
     AND ($7::text = '' OR publication_date >= nullif($7::text, '')::timestamptz)
     AND ($8::text = '' OR publication_date < nullif($8::text, '')::timestamptz)
     AND ($9::text = '' OR aggregate_id = $9::text
          OR (aggregate_id IS NULL AND id::text = lower($9::text)))
     AND ($10::text = '' OR event_type LIKE $10::text)
), kept AS (
  INSERT INTO forward_replay_event (replay, place, event_id)
  SELECT $1::bigint, row_number() OVER (ORDER BY seq, publication_date, id), id
    FROM chosen
   WHERE complete
  RETURNING place
)
UPDATE forward_replay
   SET bound = $2::bigint,
       total = (SELECT count(*) FROM kept),
       left_out = (SELECT count(*) FROM chosen WHERE NOT complete)
 WHERE id = $1::bigint
