-- name: status_listeners
-- Registered listeners, retired ones too.
SELECT name, array_to_string(patterns, chr(31)) AS patterns, kind, state,
       coalesce(reason, '') AS reason,
       to_char(since AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS since,
       coalesce(paused_by, '') AS paused_by
  FROM event_listener ORDER BY name
