-- name: replay_name_writers
-- Who open transactions belong to, in words. $1 their virtual ids. Ages are hidden from a role
-- without pg_read_all_stats.
SELECT DISTINCT coalesce(
         format('pid %s (%s as %s%s)', l.pid, coalesce(nullif(a.application_name, ''), 'unnamed'),
                a.usename, ', open since ' || a.xact_start::timestamptz(0)),
         'a prepared transaction (see pg_prepared_xacts)')
  FROM pg_locks l
  LEFT JOIN pg_stat_activity a ON a.pid = l.pid
 WHERE l.virtualtransaction = ANY ($1::text[]) AND l.locktype = 'relation'
   AND l.relation = 'event_publication_seq_seq'::regclass
 LIMIT 5
