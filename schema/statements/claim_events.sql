-- name: claim_events
-- V010 says what it does and gives. $1 lanes, $2 their floors, $3 events, $4 largest payload that
-- travels, $5 bytes in all, $6 whether payloads travel.
SELECT *
  FROM freshet_claim($1::smallint[], $2::bigint[], $3::int, $4::bigint, $5::bigint, $6::boolean)
