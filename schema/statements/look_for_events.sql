-- name: look_for_events
-- The lowest pending seq of each lane above its floor and up to its top (NULL: none), the last seq
-- and the last place handed out, and which run of a server said so. $1 lanes, $2 their floors,
-- $3 their tops; empty: no lane has one.
SELECT lane, lowest, last_seq, last_place, server_run
  FROM freshet_look($1::smallint[], $2::bigint[], $3::bigint[])
