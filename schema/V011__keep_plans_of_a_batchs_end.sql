-- How a batch ends, as functions, whose plans PL/pgSQL keeps as it does that of the claim (V010):
-- before, each batch planned these statements anew, for a few events or for five hundred ids. Plans
-- go by the primary key whatever the statistics say; row_security off, as there.
--
-- freshet_deliver writes deliveries, one for each place of the arrays, in seq order: so they draw
-- their places. delays_ms: until the next attempt; below 0: none. classes, errors: '' for none.
-- freshet_park: what is left of these events lives in event_delivery; they leave the claim's index.
-- freshet_complete_…: every listener is done with these, by the database's completion mode.
DO $do$
DECLARE
  made record;
BEGIN
  FOR made IN
    SELECT * FROM (VALUES
      ('freshet_deliver', 'ids uuid[], listeners text[], lanes smallint[], seqs bigint[],
                           keys text[], states text[], attempts smallint[], delays_ms bigint[],
                           classes text[], errors text[]', $body$
  INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts,
                              next_attempt_at, error_class, last_error, first_failed_at)
  SELECT d.event_id, d.listener, d.lane, d.seq, d.key, d.state, d.attempts,
         CASE WHEN d.delay_ms >= 0 THEN clock_timestamp() + d.delay_ms * interval '1 ms' END,
         nullif(d.error_class, ''), nullif(d.last_error, ''),
         CASE WHEN d.attempts > 0 THEN clock_timestamp() END
    FROM unnest(ids, listeners, lanes, seqs, keys, states, attempts, delays_ms, classes, errors)
         AS d (event_id, listener, lane, seq, key, state, attempts, delay_ms, error_class,
               last_error)
   ORDER BY d.seq, d.listener
      ON CONFLICT (event_id, listener) DO NOTHING;
$body$),
      ('freshet_park', 'ids uuid[]', $body$
  UPDATE event_publication SET parked = true WHERE id = ANY (ids);
$body$),
      ('freshet_complete_update', 'ids uuid[]', $body$
  UPDATE event_publication SET completion_date = clock_timestamp(), parked = false
   WHERE id = ANY (ids);
$body$),
      ('freshet_complete_delete', 'ids uuid[]', $body$
  DELETE FROM event_publication WHERE id = ANY (ids);
$body$),
      ('freshet_complete_archive', 'ids uuid[]', $body$
  WITH gone AS (DELETE FROM event_publication WHERE id = ANY (ids) RETURNING *)
  INSERT INTO event_publication_archive (id, event_type, serialized_event, publication_date,
         completion_date, listener_id, seq, aggregate_type, aggregate_id, headers)
  SELECT id, event_type, serialized_event, publication_date, clock_timestamp(), listener_id, seq,
         aggregate_type, aggregate_id, headers
    FROM gone;
$body$)) AS f (name, parameters, statement)
  LOOP
    EXECUTE format(
      'CREATE OR REPLACE FUNCTION %I(%s) RETURNS void LANGUAGE plpgsql VOLATILE
       SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off
       SET plan_cache_mode = force_generic_plan SET row_security = off
       AS %L', made.name, made.parameters,
      E'\n#variable_conflict use_column\nBEGIN' || made.statement || 'END ');
    -- PUBLIC has EXECUTE anyway, unless ALTER DEFAULT PRIVILEGES took it away.
    EXECUTE format('GRANT EXECUTE ON FUNCTION %I TO PUBLIC', made.name);
  END LOOP;
END $do$;
