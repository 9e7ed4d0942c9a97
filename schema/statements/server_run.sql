-- name: server_run
-- Which run of which server this is, and with which sequence.
SELECT freshet_server_run()
