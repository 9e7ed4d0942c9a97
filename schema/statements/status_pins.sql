-- name: status_pins
-- What keeps vacuum from removing dead rows here: sessions, prepared transactions, replication
-- slots. $1 seconds: sessions and prepared transactions that are younger are left out. The age in
-- seconds is NULL for a slot, and for sessions whose start this role may not see.
SELECT kind, pid, usename, application, age_s, xids, what
  FROM (SELECT 'session' AS kind, a.pid, a.usename::text AS usename,
               a.application_name AS application,
               extract(epoch FROM clock_timestamp() - a.xact_start)::bigint AS age_s,
               greatest(age(a.backend_xmin), age(a.backend_xid))::bigint AS xids,
               coalesce(a.state, '') AS what
          FROM pg_stat_activity a
         WHERE a.datname = current_database() AND a.pid <> pg_backend_pid()
           AND a.usesysid IS NOT NULL  -- its type is hidden from others, too
           AND coalesce(a.backend_type, '') NOT IN ('autovacuum worker', 'parallel worker')
           AND (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL)
         UNION ALL
        SELECT 'prepared transaction', NULL, p.owner::text, '',
               extract(epoch FROM clock_timestamp() - p.prepared)::bigint,
               age(p.transaction)::bigint, p.gid
          FROM pg_prepared_xacts p WHERE p.database = current_database()
         UNION ALL
        SELECT 'replication slot', s.active_pid, '', '', NULL, age(s.xmin)::bigint,
               s.slot_name::text
          FROM pg_replication_slots s
         WHERE s.xmin IS NOT NULL AND (NOT s.active OR age(s.xmin) > 1000000)) pins
 WHERE age_s IS NULL OR age_s >= $1::bigint
 ORDER BY xids DESC
 LIMIT 100
