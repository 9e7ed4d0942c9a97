-- freshet_promote: the one place where what waits becomes ready. The rule: what may hold a delivery
-- is an earlier open one of its key for the same listener, nothing else; a dead letter is open for
-- those that block. So of each key whatever waits before its first retry, and before its first dead
-- letter that blocks, joins the queue; what is ready before it is there already. Whoever ends or
-- skips a delivery, discards or retries dead letters, or lets a listener skip them calls this
-- afterwards, under the locks of (lane, drainer).
-- who: the listener. lanes, keys: side by side. most: of each key so many open deliveries are
-- looked at, from its front; whoever settles those calls again. Returns how many became ready.
CREATE OR REPLACE FUNCTION freshet_promote(who text, lanes smallint[], keys text[], most int)
RETURNS bigint
LANGUAGE plpgsql VOLATILE
SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off
SET plan_cache_mode = force_generic_plan SET row_security = off
AS $$
#variable_conflict use_column
DECLARE
  blocks CONSTANT boolean := coalesce((SELECT l.on_dead = 'block' FROM event_listener l
                                        WHERE l.name = who), true);
  promoted bigint;
BEGIN
  UPDATE event_delivery d SET state = 'ready', place = free.place
    FROM (SELECT o.event_id, nextval('event_delivery_place_seq') AS place
            FROM (SELECT front.event_id
                    FROM (SELECT DISTINCT lane, key FROM unnest(lanes, keys) AS asked (lane, key)) k
                    LEFT JOIN LATERAL (
                      SELECT b.seq FROM event_delivery b
                       WHERE blocks AND b.lane = k.lane AND b.key = k.key COLLATE "C"
                         AND b.listener = who AND b.state = 'dead'
                       ORDER BY b.seq LIMIT 1) dead ON true
                   CROSS JOIN LATERAL (
                      SELECT first.event_id, first.seq, first.state,
                             min(first.seq) FILTER (WHERE first.state = 'retrying') OVER ()
                               AS retry_seq
                        FROM (SELECT f.event_id, f.seq, f.state FROM event_delivery f
                               WHERE f.lane = k.lane AND f.key = k.key COLLATE "C"
                                 AND f.listener = who AND f.state <> 'dead'
                               ORDER BY f.seq LIMIT most) first) front
                   WHERE front.state = 'waiting'
                     AND front.seq <= coalesce(dead.seq, front.seq)
                     AND front.seq <= coalesce(front.retry_seq, front.seq)
                   ORDER BY front.seq) o) free
   WHERE d.event_id = free.event_id AND d.listener = who;
  GET DIAGNOSTICS promoted = ROW_COUNT;
  RETURN promoted;
END $$;

-- PUBLIC has EXECUTE anyway, unless ALTER DEFAULT PRIVILEGES took it away.
GRANT EXECUTE ON FUNCTION freshet_promote(text, smallint[], text[], int) TO PUBLIC;
