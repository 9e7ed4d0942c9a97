-- name: kept_floors
-- Which run this is, which server, the last seq and the last place handed out; and the floors that
-- are kept: whose, of which server, by which last number, and a row for each lane. Without any, one
-- row with NULLs.
SELECT freshet_server_run(), freshet_server(), freshet_last_seq(), freshet_last_place(),
       f.listener, f.server, f.last, l.floor
  FROM (VALUES (1)) AS one
  LEFT JOIN event_floor f ON true
  LEFT JOIN LATERAL unnest(f.floors) WITH ORDINALITY AS l (floor, place) ON true
 ORDER BY f.listener, l.place
