-- name: probe_lanes
-- The lowest pending seq of each lane above its floor (NULL: none), and the last seq
-- and the last place handed out. $1 lanes, $2 their floors.
SELECT lane, lowest, last_seq, last_place FROM freshet_probe($1::smallint[], $2::bigint[])
