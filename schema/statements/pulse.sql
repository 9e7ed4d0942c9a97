-- name: pulse
-- How much was ever inserted into each database of this server: a number that moves at once when
-- the session of whoever wrote ends, and within a second or so while it stays (the cumulative
-- statistics). Everybody may read it.
SELECT datname, tup_inserted FROM pg_stat_database WHERE datname IS NOT NULL
