-- freshet: retry on lock timeout
-- Every event leaves a dead row version behind, and a dead entry at the head of the claim's index.
-- The server's default waits for 20 % of the table, which is a day's events when a month's are kept;
-- a fixed small number would read the whole primary key every minute. So: 1 %, but not for less than
-- 10,000. What the application has set itself stays. No fillfactor: completing a row changes a column
-- of an index's predicate, so the new version never stays on its page's chain (HOT) anyway.
-- SHARE UPDATE EXCLUSIVE: writers do not queue behind it, so it may wait for an autovacuum to give way.
SET LOCAL lock_timeout = '5s';
DO $$
DECLARE wanted record;
BEGIN
  FOR wanted IN
    SELECT w.name, w.value
      FROM (VALUES ('autovacuum_vacuum_scale_factor', '0.01'),
                   ('autovacuum_vacuum_threshold', '10000')) AS w (name, value)
     WHERE NOT EXISTS (
       SELECT FROM pg_class c, pg_options_to_table(c.reloptions) o
        WHERE c.oid = 'event_publication'::regclass AND o.option_name = w.name)
  LOOP
    EXECUTE format('ALTER TABLE event_publication SET (%s = %s)', wanted.name, wanted.value);
  END LOOP;
END $$;
