-- name: operator_held_listener
-- A statement after the lock: what the listener is now, and who drains it. $1 listener.
SELECT coalesce(max(name) FILTER (WHERE detached), '') AS drainer,
       coalesce(max(state), '') AS state
  FROM event_listener WHERE name = $1::text
