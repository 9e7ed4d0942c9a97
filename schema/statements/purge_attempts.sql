-- name: purge_attempts
-- $1 from and $2 up to a row's place, $3 whether they go or are only counted, $4 days. The history
-- of a delivery that is still open stays.
WITH old AS MATERIALIZED (
  SELECT p.ctid AS place
    FROM event_attempt p
   WHERE p.ctid >= $1::tid AND p.ctid < $2::tid AND p.at < now() - $4::int * interval '1 day'
     AND NOT EXISTS (SELECT FROM event_delivery d
                      WHERE d.event_id = p.event_id AND d.listener = p.listener)
), gone AS (
  DELETE FROM event_attempt p USING old WHERE p.ctid = old.place AND $3::boolean RETURNING 1
)
SELECT CASE WHEN $3::boolean THEN (SELECT count(*) FROM gone)
            ELSE (SELECT count(*) FROM old) END AS number,
       pg_relation_size('event_attempt') / current_setting('block_size')::int AS pages,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock_ms
