-- name: pulse
-- How much was ever inserted into each database of this server: a number that moves at once when
-- the writer's session ends, and while it stays at once, too, or, where it had reported something
-- in the second before, with its next transaction or after ten seconds (PostgreSQL 15 and newer;
-- before that, with its next transaction). The cumulative statistics. Every role may read it.
SELECT datname, tup_inserted FROM pg_stat_database WHERE datname IS NOT NULL
