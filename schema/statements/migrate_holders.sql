-- name: migrate_holders
-- Who holds a lock on a table that migrations change, the oldest transaction first.
SELECT CASE WHEN l.pid IS NULL THEN 'a prepared transaction (see pg_prepared_xacts)'
       ELSE format('pid %s (%s%s%s)', l.pid,
         CASE WHEN a.backend_type IN ('client backend') OR a.backend_type IS NULL
              THEN 'user ' || coalesce(a.usename, '?') ELSE a.backend_type END,
         coalesce(', application ' || nullif(a.application_name, ''), ''),
         coalesce(format(', its transaction %s s old, its query begun %s s ago',
           round(extract(epoch FROM clock_timestamp() - a.xact_start)),
           round(extract(epoch FROM clock_timestamp() - a.query_start))), '')) END
  FROM (SELECT DISTINCT pid, virtualtransaction
          FROM pg_locks
         WHERE locktype = 'relation' AND granted AND pid IS DISTINCT FROM pg_backend_pid()
           AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
           AND relation IN (to_regclass('event_publication'), to_regclass('processed_events'),
                            to_regclass('event_publication_archive'))) l
  LEFT JOIN pg_stat_activity a USING (pid)
 ORDER BY a.xact_start NULLS LAST
 LIMIT 3;
