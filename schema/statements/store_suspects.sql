-- name: store_suspects
-- $1 event ids, $2 listener, $3 crashes and $4 kills that each had while it ran alone, $5 whether
-- the first time is enough. Those that are not there any more, or complete, are no suspects.
INSERT INTO event_suspect AS s (event_id, listener, crashes, kills, suspected)
SELECT p.id, $2, $3::smallint, $4::smallint, $5::boolean
  FROM event_publication p
 WHERE p.id = ANY ($1::uuid[]) AND p.completion_date IS NULL
 ORDER BY p.id
    ON CONFLICT (event_id, listener) DO UPDATE
   SET crashes = s.crashes + excluded.crashes, kills = s.kills + excluded.kills, suspected = true
