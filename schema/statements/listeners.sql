-- name: listeners
-- Everything that all relays of this database must agree on, in one snapshot.
SELECT 'listener' AS what, name, array_to_string(patterns, chr(31)) AS value, state
  FROM event_listener
 UNION ALL
SELECT 'setting', name, value, '' FROM freshet_setting
