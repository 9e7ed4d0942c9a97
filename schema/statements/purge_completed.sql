-- name: purge_completed
-- $1 from and $2 up to a row's place, $3 whether they go or are only counted, $4 days. What an open
-- delivery or a replay under way still needs stays. The date is asked twice: a row that was made
-- pending since the look has another place, and is asked about anew.
WITH old AS MATERIALIZED (
  SELECT p.ctid AS place
    FROM event_publication p
   WHERE p.ctid >= $1::tid AND p.ctid < $2::tid
     AND p.completion_date < now() - $4::int * interval '1 day' AND NOT p.parked
     AND NOT EXISTS (SELECT FROM event_delivery d WHERE d.event_id = p.id)
     AND NOT EXISTS (SELECT FROM forward_replay r WHERE r.ended_at IS NULL)
), gone AS (
  DELETE FROM event_publication p USING old
   WHERE p.ctid = old.place AND $3::boolean
     AND p.completion_date < now() - $4::int * interval '1 day' AND NOT p.parked
  RETURNING 1
)
SELECT CASE WHEN $3::boolean THEN (SELECT count(*) FROM gone)
            ELSE (SELECT count(*) FROM old) END AS number,
       pg_relation_size('event_publication') / current_setting('block_size')::int AS pages,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock_ms
