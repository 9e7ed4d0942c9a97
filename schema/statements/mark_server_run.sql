-- name: mark_server_run
-- After a crash, which took the mark away, and the first time.
INSERT INTO server_run (one)
SELECT true WHERE NOT EXISTS (SELECT FROM server_run)
    ON CONFLICT (one) DO NOTHING
