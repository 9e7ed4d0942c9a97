-- name: upkeep_air
-- What is mostly air, by figures that cost nothing: an index ten times larger than its entries
-- need, with the command that makes it anew; a table with more dead rows than live ones, without.
SELECT c.relname AS name, pg_relation_size(c.oid) >> 20 AS megabytes,
       greatest(c.reltuples, 0)::bigint AS entries,
       format('REINDEX INDEX CONCURRENTLY %s;', c.oid::regclass) AS command
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
 WHERE i.indrelid IN ('event_publication'::regclass, 'event_delivery'::regclass,
                      'processed_events'::regclass, 'event_attempt'::regclass)
   AND c.relkind = 'i' AND c.reltuples >= 0
   -- figures of when it was small say nothing
   AND c.relpages > pg_relation_size(c.oid) / current_setting('block_size')::int / 2
   AND pg_relation_size(c.oid) > 32 << 20
   AND pg_relation_size(c.oid) > 10 * c.reltuples
       * CASE WHEN c.relname IN ('event_publication_pending', 'event_publication_pkey')
              THEN 40 ELSE 120 END
 UNION ALL
SELECT s.relname, pg_relation_size(s.relid) >> 20, s.n_dead_tup, ''
  FROM pg_stat_user_tables s
 WHERE s.relid IN ('event_publication'::regclass, 'event_delivery'::regclass,
                   'processed_events'::regclass, 'event_attempt'::regclass)
   AND s.n_dead_tup > 1000000 AND s.n_dead_tup > s.n_live_tup
