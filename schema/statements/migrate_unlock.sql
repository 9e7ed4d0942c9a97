-- name: migrate_unlock
SELECT pg_advisory_unlock(x'46524553484554'::bigint);
