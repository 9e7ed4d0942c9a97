-- name: harness_identity
-- An id and a time for an event of a test.
SELECT gen_random_uuid(), now.at, (extract(epoch FROM now.at) * 1000000)::bigint
  FROM (SELECT clock_timestamp() AS at) AS now
