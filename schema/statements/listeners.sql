-- name: listeners
-- Everything that all relays of this database must agree on, in one snapshot. $1 this relay.
SELECT 'listener' AS what, name, array_to_string(patterns, chr(31)) AS value, kind, on_dead,
       detached, state, coalesce(paused_by, '') AS paused_by,
       (SELECT (extract(epoch FROM clock_timestamp()
                                   - greatest(l.since, max(freshet_seen(f.seen_at, r.next_sign_s))))
                * 1000)::bigint
          FROM projection_freshness f
          LEFT JOIN relay_instance r ON r.instance = f.instance
         WHERE f.listener = l.name AND f.instance <> $1) AS others_seen_ms
  FROM event_listener l
 UNION ALL
SELECT 'setting', name, value, '', '', false, '', '', NULL FROM freshet_setting
 UNION ALL
SELECT 'suspect', event_id::text, listener, crashes::text, kills::text, false, '', '', NULL
  FROM event_suspect s
 WHERE s.suspected
   AND EXISTS (SELECT FROM event_publication p
                WHERE p.id = s.event_id AND p.completion_date IS NULL
               OFFSET 0)
