-- name: sample_events
-- Some events, to see what forwards would make of them: the first $1 pending ones of each lane, and
-- the $2 with the highest ids, which are the latest where ids are UUIDv7. $3 largest payload that
-- travels. Columns as those of freshet_claim that make an event. Runs after plan_by_index.
SELECT 0 AS lane, e.id, e.seq, e.event_type, e.aggregate_type, e.aggregate_id,
       CASE WHEN e.bytes <= $3::bigint THEN e.serialized_event END AS payload, e.bytes, e.headers,
       CASE WHEN isfinite(e.publication_date)
            THEN (extract(epoch FROM least(e.publication_date, '294246-01-01Z'::timestamptz))
                  * 1000000)::bigint
       END AS published_us,
       e.listener_id
  FROM (SELECT chosen.*, coalesce(octet_length(chosen.serialized_event), 0)::bigint AS bytes
          FROM ((SELECT first.*
                   FROM unnest(ARRAY(SELECT generate_series(0, 63)::smallint)) AS l (lane)
                  CROSS JOIN LATERAL (
                    SELECT p.*
                      FROM event_publication p
                     WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
                       AND p.completion_date IS NULL AND NOT p.parked
                     ORDER BY p.seq
                     LIMIT $1::int) first)
                UNION ALL
                (SELECT * FROM event_publication ORDER BY id DESC LIMIT $2::int)) chosen) e
