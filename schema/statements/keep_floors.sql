-- name: keep_floors
-- Keeps the floors of all lanes ($2) of the first pass ('') or of a listener's deliveries ($1), if
-- the run of the server is the one they were learned of ($3). Of what another relay has kept of
-- this server and its sequences the higher ones stay, unless the sequence has gone back since.
INSERT INTO event_floor AS f (listener, server, last, floors)
SELECT $1::text, freshet_server(),
       CASE $1::text WHEN '' THEN freshet_last_seq() ELSE freshet_last_place() END, $2::bigint[]
 WHERE freshet_server_run() = $3
    ON CONFLICT (listener) DO UPDATE
   SET server = EXCLUDED.server, last = EXCLUDED.last,
       floors = CASE WHEN f.server = EXCLUDED.server AND f.last <= EXCLUDED.last
                     THEN (SELECT array_agg(least(greatest(k.kept, k.learned), EXCLUDED.last)
                                            ORDER BY k.place)
                             FROM unnest(f.floors, EXCLUDED.floors)
                                  WITH ORDINALITY AS k (kept, learned, place))
                     ELSE EXCLUDED.floors END
