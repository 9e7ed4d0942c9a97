-- name: purge_guards
-- $1 from and $2 up to a row's place, $3 whether they go or are only counted, $4 days of guards by
-- an event's own id, $5 days of those by business key, 0: for ever, $6 listeners that guard by id,
-- $7 when the oldest open delivery's event was published.
-- A business key may look like an id, so only what these listeners wrote counts as one. The guard
-- of an event that could still come stays, however old it is, and so does what is younger than the
-- oldest open delivery. Not with EXISTS, for which a plan may read all events into a hash.
WITH old AS MATERIALIZED (
  SELECT g.place
    FROM (SELECT p.ctid AS place, p.processed_at,
                 CASE WHEN split_part(p.idempotency_key, ':', 1) = ANY ($6::text[])
                       AND p.idempotency_key ~ '^[^:]+:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
                      THEN split_part(p.idempotency_key, ':', 2)::uuid END AS event
            FROM processed_events p
           WHERE p.ctid >= $1::tid AND p.ctid < $2::tid) g
   WHERE CASE
           WHEN g.event IS NULL
           THEN $5::int > 0 AND g.processed_at < now() - $5::int * interval '1 day'
           ELSE $4::int > 0 AND g.processed_at < now() - $4::int * interval '1 day'
            AND g.processed_at < $7::timestamptz
            AND (SELECT true FROM event_publication e
                  WHERE e.id = g.event AND e.completion_date IS NULL LIMIT 1) IS NULL
            AND (SELECT true FROM event_delivery d WHERE d.event_id = g.event LIMIT 1) IS NULL
         END
), gone AS (
  DELETE FROM processed_events p USING old WHERE p.ctid = old.place AND $3::boolean RETURNING 1
)
SELECT CASE WHEN $3::boolean THEN (SELECT count(*) FROM gone)
            ELSE (SELECT count(*) FROM old) END AS number,
       pg_relation_size('processed_events') / current_setting('block_size')::int AS pages,
       (extract(epoch FROM clock_timestamp()) * 1000)::bigint AS clock_ms
