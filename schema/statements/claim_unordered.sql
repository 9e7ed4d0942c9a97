-- name: claim_unordered
-- As claim_events, for ordering "none".
SELECT *
  FROM freshet_claim_unordered(
         CASE WHEN pg_try_advisory_xact_lock_shared('event_lane'::regclass::oid::int, hashtext(''))
              THEN $1::smallint[] ELSE '{}'::smallint[] END,
         $2::bigint[], $3::int, $4::bigint, $5::bigint, $6::boolean, $7::boolean)
