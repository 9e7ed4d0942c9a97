-- name: register_listener
-- $1 name, $2 patterns, $3 kind. An active or paused one is left as it is.
INSERT INTO event_listener (name, patterns, kind) VALUES ($1, $2::text[], $3)
    ON CONFLICT (name) DO UPDATE
   SET patterns = excluded.patterns, kind = excluded.kind, state = 'active', reason = NULL,
       since = clock_timestamp()
 WHERE event_listener.state = 'retired'
