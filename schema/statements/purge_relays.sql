-- name: purge_relays
-- $1 from and $2 up to a row's place, $3 whether they go or are only counted, $4 days since a relay
-- was seen.
WITH old AS MATERIALIZED (
  SELECT p.ctid AS place
    FROM relay_instance p
   WHERE p.ctid >= $1::tid AND p.ctid < $2::tid AND p.seen_at < now() - $4::int * interval '1 day'
), gone AS (
  DELETE FROM relay_instance p USING old
   WHERE p.ctid = old.place AND $3::boolean AND p.seen_at < now() - $4::int * interval '1 day'
  RETURNING 1
)
SELECT CASE WHEN $3::boolean THEN (SELECT count(*) FROM gone)
            ELSE (SELECT count(*) FROM old) END AS number,
       pg_relation_size('relay_instance') / current_setting('block_size')::int AS pages,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock_ms
