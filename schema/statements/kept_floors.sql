-- name: kept_floors
-- Which run this is, which server, the last seq handed out; and the floors that are kept: of which
-- server, by which last seq, and a row for each lane. Without any, one row with NULLs.
SELECT freshet_server_run(), freshet_server(), freshet_last_seq(),
       f.server, f.last_seq, l.floor
  FROM (VALUES (1)) AS one
  LEFT JOIN event_floor f ON true
  LEFT JOIN LATERAL unnest(f.floors) WITH ORDINALITY AS l (floor, place) ON true
 ORDER BY l.place
