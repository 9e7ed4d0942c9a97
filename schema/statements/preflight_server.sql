-- name: preflight_server
SELECT pg_is_in_recovery(), current_setting('transaction_read_only') = 'on',
       pg_encoding_to_char(encoding), current_setting('server_version')
  FROM pg_database WHERE datname = current_database()
