-- name: claim_unordered
-- As claim_events, for ordering "none".
SELECT *
  FROM freshet_claim_unordered($1::smallint[], $2::bigint[], $3::int, $4::bigint, $5::bigint,
                               $6::boolean)
