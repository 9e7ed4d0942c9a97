-- freshet: retry on lock timeout
-- What one hostile row could do to all others of its lane: a date that microseconds since 1970
-- cannot hold, an id that is in the archive already, a failure after 32,767 others.

-- Nobody but relays writes event_attempt, a row for each failure; it is rewritten here.
SET LOCAL lock_timeout = '2s';
LOCK TABLE event_attempt IN SHARE UPDATE EXCLUSIVE MODE;
SET LOCAL lock_timeout = '50ms';
ALTER TABLE event_attempt ALTER COLUMN attempt TYPE int;

-- A retry without a due time would never come: some were asked for with a delay below 0.
UPDATE event_delivery SET next_attempt_at = clock_timestamp()
 WHERE state = 'retrying' AND next_attempt_at IS NULL;

-- As in V010, but for last_date: the last one is some days short of what a bigint holds.
DO $do$
DECLARE
  body CONSTANT text := $body$
#variable_conflict use_column
DECLARE
  last_date CONSTANT timestamptz := '294246-01-01 00:00:00+00';
  held smallint[];
  per_lane int;
  lane_bytes bigint;
BEGIN
  SELECT array_agg(free.lane) INTO held
    FROM (SELECT e.lane FROM event_lane e
           WHERE e.drainer = '' AND e.lane = ANY (lanes)
             FOR /* lock of lanes */ SKIP LOCKED) free;
  per_lane := greatest(1, batch / cardinality(held));
  lane_bytes := batch_bytes / cardinality(held);
  RETURN QUERY
  SELECT l.lane, e.id, e.seq, e.event_type::text, e.aggregate_type::text, e.aggregate_id::text,
         CASE WHEN e.bytes <= payload_max THEN e.payload END, e.bytes::bigint,
         e.headers, e.published_us, e.listener_id::text, l.open_deliveries,
         (SELECT value FROM freshet_setting WHERE name = 'listeners_version')
    FROM (SELECT w.lane, w.floor,
                 coalesce((SELECT true FROM event_delivery d
                            WHERE d.lane = w.lane AND d.state = 'dead' LIMIT 1),
                          (SELECT true
                             FROM event_listener n
                            CROSS JOIN LATERAL (
                              (SELECT FROM event_delivery d
                                WHERE d.listener = n.name AND d.lane = w.lane
                                  AND d.state = 'ready' LIMIT 1)
                               UNION ALL
                              (SELECT FROM event_delivery d
                                WHERE d.listener = n.name AND d.lane = w.lane
                                  AND d.state = 'retrying' LIMIT 1)) open
                            WHERE NOT n.detached
                            LIMIT 1),
                          false) AS open_deliveries
            FROM unnest(lanes, floors) AS w (lane, floor)
           WHERE w.lane = ANY (held)
          OFFSET 0) l
    LEFT JOIN LATERAL (
      SELECT first.*,
             sum(first.bytes) OVER (ORDER BY first.seq ROWS UNBOUNDED PRECEDING) AS bytes_so_far
        FROM (SELECT p.id, p.seq, p.event_type, p.aggregate_type, p.aggregate_id,
                     CASE WHEN payloads OR octet_length(p.serialized_event) = 0
                          THEN p.serialized_event::text END AS payload,
                     coalesce(octet_length(p.serialized_event), 0) AS bytes,
                     p.headers, p.listener_id,
                     CASE WHEN isfinite(p.publication_date)
                          THEN (extract(epoch FROM least(p.publication_date, last_date)) * 1000000
                               )::bigint
                     END AS published_us
                FROM event_publication p
               WHERE freshet_lane(p.aggregate_type, p.aggregate_id, p.id) = l.lane
                 AND p.seq > l.floor AND p.completion_date IS NULL AND NOT p.parked
               ORDER BY p.seq
               LIMIT per_lane /* lock of events */) first) e
      ON e.bytes_so_far - e.bytes < lane_bytes;
END $body$;
  made record;
BEGIN
  FOR made IN
    SELECT * FROM (VALUES
      ('freshet_claim',           'UPDATE',    ''),
      ('freshet_claim_unordered', 'KEY SHARE', 'FOR UPDATE SKIP LOCKED')) AS f (name, lanes, events)
  LOOP
    EXECUTE format(
      'CREATE OR REPLACE FUNCTION %I(lanes smallint[], floors bigint[], batch int,
                                     payload_max bigint, batch_bytes bigint, payloads boolean)
       RETURNS TABLE (lane smallint, id uuid, seq bigint, event_type text, aggregate_type text,
                      aggregate_id text, payload text, bytes bigint, headers jsonb,
                      published_us bigint, listener_id text, open_deliveries boolean,
                      listeners_version text)
       LANGUAGE plpgsql VOLATILE
       SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off SET jit = off
       SET plan_cache_mode = force_generic_plan SET row_security = off
       AS %L', made.name,
      replace(replace(body, '/* lock of lanes */', made.lanes), '/* lock of events */',
              made.events));
  END LOOP;
END $do$;

-- How a batch ends, as in V011, and these differ:
-- freshet_deliver: what is to be retried is always due some time, within a hundred years.
-- freshet_park, freshet_complete_…: a row that is there and was not changed (a trigger of the
-- application's returned NULL, a rule) is an error, or its effect would come again and again. A row
-- that is gone is none: somebody deleted it.
-- freshet_complete_archive: of an id that is in the archive already, its first row stays.
DO $do$
DECLARE
  made record;
  refused CONSTANT text := $body$
  GET DIAGNOSTICS changed = ROW_COUNT;
  IF changed < cardinality(ids) AND EXISTS (
       SELECT FROM event_publication WHERE id = ANY (ids)/* and undone */) THEN
    RAISE EXCEPTION 'a trigger or a rule on event_publication keeps a row from being changed'
      USING ERRCODE = 'triggered_action_exception';
  END IF;
$body$;
BEGIN
  FOR made IN
    SELECT * FROM (VALUES
      ('freshet_deliver', 'ids uuid[], listeners text[], lanes smallint[], seqs bigint[],
                           keys text[], states text[], attempts smallint[], delays_ms bigint[],
                           classes text[], errors text[]', $body$
  INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts,
                              next_attempt_at, error_class, last_error, first_failed_at)
  SELECT d.event_id, d.listener, d.lane, d.seq, d.key, d.state, d.attempts,
         CASE WHEN d.state = 'retrying'
              THEN clock_timestamp() + interval '1 ms' *
                   least(greatest(coalesce(d.delay_ms, 0), 0), 3155760000000) END,
         nullif(d.error_class, ''), nullif(d.last_error, ''),
         CASE WHEN d.attempts > 0 THEN clock_timestamp() END
    FROM unnest(ids, listeners, lanes, seqs, keys, states, attempts, delays_ms, classes, errors)
         AS d (event_id, listener, lane, seq, key, state, attempts, delay_ms, error_class,
               last_error)
   ORDER BY d.seq, d.listener
      ON CONFLICT (event_id, listener) DO NOTHING;
$body$, ''),
      ('freshet_park', 'ids uuid[]', $body$
  UPDATE event_publication SET parked = true WHERE id = ANY (ids);
$body$, ' AND NOT parked'),
      ('freshet_complete_update', 'ids uuid[]', $body$
  UPDATE event_publication SET completion_date = clock_timestamp(), parked = false
   WHERE id = ANY (ids);
$body$, ' AND completion_date IS NULL'),
      ('freshet_complete_delete', 'ids uuid[]', $body$
  DELETE FROM event_publication WHERE id = ANY (ids);
$body$, ' '),
      ('freshet_complete_archive', 'ids uuid[]', $body$
  WITH gone AS (DELETE FROM event_publication WHERE id = ANY (ids) RETURNING *),
  kept AS (
    INSERT INTO event_publication_archive (id, event_type, serialized_event, publication_date,
           completion_date, listener_id, seq, aggregate_type, aggregate_id, headers)
    SELECT id, event_type, serialized_event, publication_date, clock_timestamp(), listener_id, seq,
           aggregate_type, aggregate_id, headers
      FROM gone
        ON CONFLICT DO NOTHING)
  SELECT count(*) INTO changed FROM gone;
$body$, ' ')) AS f (name, parameters, statement, undone)
  LOOP
    EXECUTE format(
      'CREATE OR REPLACE FUNCTION %I(%s) RETURNS void LANGUAGE plpgsql VOLATILE
       SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off
       SET plan_cache_mode = force_generic_plan SET row_security = off
       AS %L', made.name, made.parameters,
      E'\n#variable_conflict use_column\nDECLARE\n  changed bigint;\nBEGIN' || made.statement ||
      CASE WHEN made.undone = '' THEN ''
           ELSE replace(CASE WHEN made.name = 'freshet_complete_archive'
                             THEN replace(refused, 'GET DIAGNOSTICS changed = ROW_COUNT;', '')
                             ELSE refused END,
                        '/* and undone */', made.undone) END || 'END ');
  END LOOP;
END $do$;
