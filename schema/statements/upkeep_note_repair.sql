-- name: upkeep_note_repair
-- $1 kind, $2 how many, $3 which.
INSERT INTO upkeep_repair (kind, repaired, last_at, last_ids)
VALUES ($1::text, $2::bigint, clock_timestamp(), $3::text)
    ON CONFLICT (kind) DO UPDATE
   SET repaired = upkeep_repair.repaired + excluded.repaired, last_at = excluded.last_at,
       last_ids = excluded.last_ids
