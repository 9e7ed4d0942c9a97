-- name: migrate_prepare
-- An index may take hours: the limits that the role or the database set for short work are put aside
-- for this session. row_security off: a policy that would hide rows becomes an error.
SELECT set_config(name, CASE name WHEN 'row_security' THEN 'off'
                                  WHEN 'client_min_messages' THEN 'warning' ELSE '0' END, false)
  FROM pg_settings
 WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
                'transaction_timeout', 'row_security', 'client_min_messages');
