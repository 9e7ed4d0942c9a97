-- name: read_deliveries
-- One listener's deliveries in held lanes: those whose retry is due, then those that are ready, in
-- order of their places. $1 lanes, $2 their floors (places), $3 listener, $4 deliveries per lane,
-- $5 largest payload that travels, $6 bytes per lane (the first always fits; headers count), $7
-- whether dead letters are skipped. The first eleven columns are those of freshet_claim. before_seq
-- is the open seq right before the delivery's own, of its key: when that is not taken as well, the
-- key is held from here. For ordering "none" claim_deliveries puts FOR UPDATE SKIP LOCKED in place
-- of the word lock.
SELECT l.lane, e.event_id AS id, e.seq, e.event_type, e.aggregate_type, e.aggregate_id,
       CASE WHEN e.bytes <= $5::bigint THEN e.serialized_event END AS payload, e.bytes,
       e.headers, e.published_us, e.listener_id,
       greatest((SELECT h.seq FROM event_delivery h
                  WHERE h.lane = l.lane AND h.key = e.key AND h.listener = $3 AND h.seq < e.seq
                    AND h.state <> 'dead'
                  ORDER BY h.seq DESC LIMIT 1),
                (SELECT h.seq FROM event_delivery h
                  WHERE NOT $7::boolean
                    AND h.lane = l.lane AND h.key = e.key AND h.listener = $3 AND h.seq < e.seq
                    AND h.state = 'dead'
                  ORDER BY h.seq DESC LIMIT 1)) AS before_seq,
       (SELECT value FROM freshet_setting WHERE name = 'listeners_version') AS listeners_version,
       e.attempts, e.place, e.turn, e.key,
       EXISTS (SELECT FROM event_delivery w
                WHERE w.listener = $3 AND w.state = 'waiting') AS any_waiting,
       e.counted,
       (SELECT set_config('enable_seqscan', 'on', true)
            || set_config('enable_bitmapscan', 'on', true)
            || set_config('enable_sort', 'on', true)) AS plan_as_usual
  FROM (SELECT lane, floor FROM unnest($1::smallint[], $2::bigint[]) AS held (lane, floor)
        OFFSET 0) l
 CROSS JOIN LATERAL (
   SELECT q.*, sum(counted) OVER (ORDER BY turn, place ROWS UNBOUNDED PRECEDING) AS counted_so_far
     FROM (SELECT t.*, p.event_type, p.aggregate_type, p.aggregate_id, p.serialized_event,
                  coalesce(octet_length(p.serialized_event), 0)::bigint AS bytes,
                  coalesce(octet_length(p.serialized_event), 0)
                    + freshet_headers_bytes(p.headers) AS counted,
                  p.headers, p.listener_id,
                  CASE WHEN isfinite(p.publication_date)
                       THEN (extract(epoch FROM least(p.publication_date,
                                                        '294246-01-01Z'::timestamptz))
                             * 1000000)::bigint
                  END AS published_us
             FROM (SELECT *
                     FROM (SELECT *
                             FROM (SELECT 0 AS turn, event_id, seq, key, attempts, place
                                     FROM event_delivery
                                    WHERE listener = $3 AND lane = l.lane AND state = 'retrying'
                                      AND next_attempt_at <= clock_timestamp()
                                    ORDER BY next_attempt_at
                                    LIMIT $4::int /* lock */) due
                            UNION ALL
                           SELECT *
                             FROM (SELECT 0, event_id, seq, key, attempts, place
                                     FROM event_delivery
                                    WHERE listener = $3 AND lane = l.lane AND state = 'retrying'
                                      AND next_attempt_at IS NULL  -- should not be: it is due
                                    LIMIT $4::int /* lock */) due_by_mistake
                            UNION ALL
                           SELECT *
                             FROM (SELECT 1, event_id, seq, key, attempts, place
                                     FROM event_delivery
                                    WHERE listener = $3 AND lane = l.lane AND state = 'ready'
                                      AND place > l.floor
                                    ORDER BY place
                                    LIMIT $4::int /* lock */) ready) both_kinds
                    ORDER BY turn, place
                    LIMIT $4::int) t
             LEFT JOIN event_publication p ON p.id = t.event_id) q) e
 WHERE e.counted_so_far - e.counted < $6::bigint
