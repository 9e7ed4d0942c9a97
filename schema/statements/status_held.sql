-- name: status_held
-- What each listener is owed that is not ready: how old it is, when it is due and what it waits
-- behind; ages in milliseconds by the server's clock. The work is bounded: the listeners are found
-- by skipping, $1 deliveries of each state are looked at in the order of event_delivery_state, and
-- per lane the first due. Beyond $1 the oldest may be older still: "looked_at" says so, and it must
-- not be judged fresh. An age counts from the publication or the first failure, the older of the
-- two; "ageless" have neither. LIMIT 1 keeps look-ups by key from becoming joins of all. Runs after
-- plan_by_index.
WITH RECURSIVE held (listener) AS (
  (SELECT listener FROM event_delivery WHERE state <> 'ready' ORDER BY listener LIMIT 1)
   UNION ALL
  SELECT (SELECT d.listener FROM event_delivery d
           WHERE d.state <> 'ready' AND d.listener > h.listener ORDER BY d.listener LIMIT 1)
    FROM held h WHERE h.listener IS NOT NULL
)
SELECT h.listener, aged.looked_at, aged.ageless, aged.oldest_ms,
       due.in_ms, due.undated, due.last_error,
       waits.looked_at, waits.behind_dead, waits.behind_nothing
  FROM held h
 CROSS JOIN LATERAL (
   SELECT max(o.looked_at) AS looked_at, count(*) FILTER (WHERE o.since IS NULL) AS ageless,
          (extract(epoch FROM clock_timestamp() - min(o.since)) * 1000)::bigint AS oldest_ms
     FROM (SELECT count(*) OVER (PARTITION BY d.state) AS looked_at,
                  least(d.first_failed_at,
                        (SELECT CASE WHEN isfinite(p.publication_date) THEN p.publication_date END
                           FROM event_publication p WHERE p.id = d.event_id LIMIT 1)) AS since
             FROM (VALUES ('retrying'), ('waiting')) AS s (state)
            CROSS JOIN LATERAL (
              SELECT r.event_id, r.first_failed_at, s.state FROM event_delivery r
               WHERE r.listener = h.listener AND r.state = s.state AND r.state <> 'ready'
               LIMIT $1::int) d) o) aged
 CROSS JOIN LATERAL (  -- whose error is shown: rather one that is postponed, then the first due
   SELECT (extract(epoch FROM min(f.next_attempt_at) - clock_timestamp()) * 1000)::bigint AS in_ms,
          coalesce(bool_or(f.next_attempt_at IS NULL), false) AS undated,
          coalesce((array_agg(f.last_error ORDER BY f.error_class = 'later' DESC NULLS LAST,
                              f.next_attempt_at))[1], '') AS last_error
     FROM unnest(ARRAY(SELECT generate_series(0, 63)::smallint)) AS l (lane)
    CROSS JOIN LATERAL (
      SELECT d.next_attempt_at, d.error_class, d.last_error FROM event_delivery d
       WHERE d.listener = h.listener AND d.lane = l.lane AND d.state = 'retrying'
       ORDER BY d.next_attempt_at LIMIT 1) f) due
 CROSS JOIN LATERAL (
   SELECT coalesce(sum(k.number), 0)::bigint AS looked_at,
          coalesce(sum(k.number) FILTER (WHERE k.dead), 0)::bigint AS behind_dead,
          coalesce(sum(k.number) FILTER (WHERE NOT k.dead AND k.head_waits), 0)::bigint
            AS behind_nothing
     FROM (SELECT w.number, first.state = 'waiting' AS head_waits,
                  coalesce((SELECT e.on_dead FROM event_listener e WHERE e.name = h.listener),
                           'block') = 'block'
                  AND EXISTS (SELECT FROM event_delivery x
                               WHERE x.lane = w.lane AND x.key = w.key
                                 AND x.listener = h.listener AND x.seq < first.seq
                                 AND x.state = 'dead' LIMIT 1) AS dead
             FROM (SELECT s.lane, s.key, count(*) AS number
                     FROM (SELECT d.lane, d.key FROM event_delivery d
                            WHERE d.listener = h.listener AND d.state = 'waiting'
                              AND d.state <> 'ready'
                            LIMIT $1::int) s
                    GROUP BY s.lane, s.key) w
            CROSS JOIN LATERAL (
              SELECT d.seq, d.state FROM event_delivery d
               WHERE d.lane = w.lane AND d.key = w.key AND d.listener = h.listener
                 AND d.state <> 'dead'
               ORDER BY d.seq LIMIT 1) first) k) waits
 WHERE h.listener IS NOT NULL AND aged.looked_at > 0
