-- name: keep_floors
-- Keeps the floors of all lanes ($1) if the run of the server is the one they were learned of ($2).
-- Of what another relay has kept of this server and this sequence the higher ones stay, unless the
-- sequence has gone back since.
INSERT INTO event_floor AS f (server, last_seq, floors)
SELECT freshet_server(), freshet_last_seq(), $1::bigint[]
 WHERE freshet_server_run() = $2
    ON CONFLICT (one) DO UPDATE
   SET server = EXCLUDED.server, last_seq = EXCLUDED.last_seq,
       floors = CASE WHEN f.server = EXCLUDED.server AND f.last_seq <= EXCLUDED.last_seq
                     THEN (SELECT array_agg(greatest(k.kept, k.learned) ORDER BY k.place)
                             FROM unnest(f.floors, EXCLUDED.floors)
                                  WITH ORDINALITY AS k (kept, learned, place))
                     ELSE EXCLUDED.floors END
