-- What a first pass leaves behind is written by a function. With a detached listener that is so for
-- every batch, and PL/pgSQL keeps the statement's plan, as it does that of the claim (V010).

-- Writes deliveries, one for each place of the arrays, in seq order: so they draw their places.
-- delays_ms: until the next attempt; below 0: none. classes, errors: '' for none.
CREATE OR REPLACE FUNCTION freshet_deliver(ids uuid[], listeners text[], lanes smallint[],
                                           seqs bigint[], keys text[], states text[],
                                           attempts smallint[], delays_ms bigint[],
                                           classes text[], errors text[])
RETURNS void
LANGUAGE plpgsql VOLATILE
SET jit = off SET plan_cache_mode = force_generic_plan
AS $$
#variable_conflict use_column
BEGIN
  INSERT INTO event_delivery (event_id, listener, lane, seq, key, state, attempts,
                              next_attempt_at, error_class, last_error, first_failed_at)
  SELECT d.event_id, d.listener, d.lane, d.seq, d.key, d.state, d.attempts,
         CASE WHEN d.delay_ms >= 0 THEN clock_timestamp() + d.delay_ms * interval '1 ms' END,
         nullif(d.error_class, ''), nullif(d.last_error, ''),
         CASE WHEN d.attempts > 0 THEN clock_timestamp() END
    FROM unnest($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
         AS d (event_id, listener, lane, seq, key, state, attempts, delay_ms, error_class,
               last_error)
   ORDER BY d.seq, d.listener
      ON CONFLICT (event_id, listener) DO NOTHING;
END $$;

GRANT EXECUTE ON FUNCTION freshet_deliver(uuid[], text[], smallint[], bigint[], text[], text[],
                                          smallint[], bigint[], text[], text[]) TO PUBLIC;
