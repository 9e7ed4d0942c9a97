-- name: purge_archive
-- $1 from and $2 up to a row's place, $3 whether they go or are only counted, $4 days. Nothing goes
-- while a replay may need it.
WITH old AS MATERIALIZED (
  SELECT p.ctid AS place
    FROM event_publication_archive p
   WHERE p.ctid >= $1::tid AND p.ctid < $2::tid
     AND p.completion_date < now() - $4::int * interval '1 day'
     AND NOT EXISTS (SELECT FROM forward_replay r WHERE r.ended_at IS NULL)
), gone AS (
  DELETE FROM event_publication_archive p USING old
   WHERE p.ctid = old.place AND $3::boolean
     AND p.completion_date < now() - $4::int * interval '1 day'
  RETURNING 1
)
SELECT CASE WHEN $3::boolean THEN (SELECT count(*) FROM gone)
            ELSE (SELECT count(*) FROM old) END AS number,
       pg_relation_size('event_publication_archive') / current_setting('block_size')::int AS pages,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock_ms
