-- name: announce_to_drainers
-- A change of detached listeners is announced before it locks their lanes: while this waits for the
-- batches under way, new ones of these drainers are not begun (lock_lanes), so it waits for the
-- longest of them and not for one after the other. Gone with the transaction, also when its session
-- dies. Only one lock can be waited for: for several drainers it is that of all.
-- $1 names, those without a drainer are left out; $2 whether all drainers are meant.
SELECT pg_advisory_xact_lock('event_lane'::regclass::oid::int,
                             hashtext(CASE WHEN count(*) = 1 THEN min(drainer) ELSE '*' END))
  FROM (SELECT DISTINCT drainer FROM event_lane
         WHERE drainer <> '' AND ($2::boolean OR drainer = ANY ($1::text[]))) changed
HAVING count(*) > 0
