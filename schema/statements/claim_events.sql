-- name: claim_events
-- V010 says what it does and gives, V017 what it counts. $1 lanes, $2 their floors, $3 events, $4
-- largest payload that travels, $5 bytes in all, $6 whether payloads travel, $7 whether headers do.
-- No lane is tried while a change of the listeners waits (announce_to_first_pass).
SELECT *
  FROM freshet_claim(CASE WHEN pg_try_advisory_xact_lock_shared('event_lane'::regclass::oid::int,
                                                                hashtext(''))
                          THEN $1::smallint[] ELSE '{}'::smallint[] END,
                     $2::bigint[], $3::int, $4::bigint, $5::bigint, $6::boolean, $7::boolean)
