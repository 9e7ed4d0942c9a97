-- name: preflight_tables
-- What no grant can heal: numbers that are handed out ahead, and policies that hide rows.
SELECT (SELECT seqcache FROM pg_sequence WHERE seqrelid = 'event_publication_seq_seq'::regclass),
       row_security_active('event_publication'), quote_ident(current_user)
