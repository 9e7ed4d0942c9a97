-- The floor: what a relay's batch does to the tables, as bare SQL from a pgbench client, which
-- decides and checks nothing. Clients go round 16 groups of four lanes; one that has met nothing
-- twenty times in turn ends, by the only way that a script of pgbench has: a statement that fails.
\set turn mod(:turn + 1, 16)
\set first mod(:turn + :client_id * 5, 16) * 4
BEGIN ISOLATION LEVEL READ COMMITTED;
-- Lanes are locked first and read in a later statement, as in schema/statements/lock_lanes.sql.
SELECT coalesce(array_agg(lane), '{}') AS lanes
  FROM (SELECT lane FROM event_lane
         WHERE drainer = '' AND lane BETWEEN :first AND :first + 3
           FOR UPDATE SKIP LOCKED) l \gset
SELECT set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
       set_config('enable_sort', 'off', true);
SELECT coalesce(array_agg(e.id), '{}') AS ids, count(*) AS events,
       set_config('enable_seqscan', 'on', true) AS a,
       set_config('enable_bitmapscan', 'on', true) AS b,
       set_config('enable_sort', 'on', true) AS c
  FROM unnest(:lanes::smallint[]) l (lane)
 CROSS JOIN LATERAL (
   SELECT p.id FROM event_publication p
    WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
      AND p.seq > 0 AND p.completion_date IS NULL AND NOT p.parked
    ORDER BY p.seq
    LIMIT 125) e \gset
\if :events > 0
\set idle 0
\else
\set idle :idle + 1
\endif
\if :idle > 20
SELECT 1 / :events;
\endif
INSERT INTO processed_events (idempotency_key)
SELECT 'bench_state:' || id FROM unnest(:ids::uuid[]) id ON CONFLICT DO NOTHING;
WITH events AS MATERIALIZED (
  SELECT id, seq, event_type, aggregate_type, aggregate_id, serialized_event::jsonb AS payload,
         headers, publication_date
    FROM event_publication WHERE id = ANY (:ids::uuid[]) ORDER BY seq)
INSERT INTO bench_state AS s (key, state, events, last_seq)
SELECT aggregate_id, (array_agg(payload->>'state' ORDER BY seq DESC))[1], count(*), max(seq)
  FROM events
 GROUP BY aggregate_id
 ORDER BY aggregate_id
    ON CONFLICT (key) DO UPDATE
   SET state = EXCLUDED.state, events = s.events + EXCLUDED.events, last_seq = EXCLUDED.last_seq;
