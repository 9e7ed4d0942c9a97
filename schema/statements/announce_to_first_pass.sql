-- name: announce_to_first_pass
-- As announce_to_drainers: waits for the batches of the first pass that are under way, and keeps
-- new ones from being begun.
SELECT pg_advisory_xact_lock('event_lane'::regclass::oid::int, hashtext(''))
