-- name: migrate_restore
-- Gives the session back what migrate_prepare put aside.
SELECT set_config(name, reset_val, false)
  FROM pg_settings
 WHERE name IN ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout',
                'transaction_timeout', 'row_security', 'client_min_messages');
