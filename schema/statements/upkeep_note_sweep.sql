-- name: upkeep_note_sweep
-- $1 name, $2 next page, $3 pages, $4 rows removed since, $5 whether that was the end.
INSERT INTO upkeep_sweep (name, next_page, pages, removed, removed_total, finished_at)
VALUES ($1::text, CASE WHEN $5::boolean THEN 0 ELSE $2::bigint END, $3::bigint, $4::bigint,
        $4::bigint, CASE WHEN $5::boolean THEN clock_timestamp() END)
    ON CONFLICT (name) DO UPDATE
   SET next_page = excluded.next_page, pages = excluded.pages,
       removed = CASE WHEN upkeep_sweep.finished_at IS NULL THEN upkeep_sweep.removed ELSE 0 END
               + excluded.removed,
       removed_total = upkeep_sweep.removed_total + excluded.removed,
       began_at = CASE WHEN upkeep_sweep.finished_at IS NULL THEN upkeep_sweep.began_at
                       ELSE clock_timestamp() END,
       finished_at = excluded.finished_at
