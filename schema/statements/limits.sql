-- name: limits
-- The transaction's own limits, gone at its end. row_security off turns rows hidden by a policy
-- into an error; client_connection_check_interval frees a killed relay's locks in half a second.
SELECT set_config('lock_timeout', $1, true),
       set_config('statement_timeout', $2, true),
       set_config('idle_in_transaction_session_timeout', $3, true),
       set_config('client_connection_check_interval', '500ms', true),
       set_config('row_security', 'off', true)
