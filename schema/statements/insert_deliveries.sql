-- name: insert_deliveries
-- V011 says what the arrays are.
SELECT freshet_deliver($1::uuid[], $2::text[], $3::smallint[], $4::bigint[], $5::text[],
                       $6::text[], $7::smallint[], $8::bigint[], $9::text[], $10::text[])
