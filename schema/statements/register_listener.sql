-- name: register_listener
-- Under the lanes that it changes. $1 name, $2 patterns, $3 kind, $4 on_dead, $5 detached. Who
-- declares last decides; a paused one stays paused.
INSERT INTO event_listener AS l (name, patterns, kind, on_dead, detached)
VALUES ($1, $2::text[], $3, $4, $5::boolean)
    ON CONFLICT (name) DO UPDATE
   SET patterns = excluded.patterns, kind = excluded.kind, on_dead = excluded.on_dead,
       detached = excluded.detached,
       state = CASE l.state WHEN 'retired' THEN 'active' ELSE l.state END,
       reason = CASE l.state WHEN 'retired' THEN NULL ELSE l.reason END,
       since = clock_timestamp()
