-- freshet: retry on lock timeout
-- A pending event always has its place in the order. NOT VALID: no scan under the lock.
DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_constraint WHERE conrelid = 'event_publication'::regclass
                    AND conname = 'event_publication_pending_seq') THEN
    ALTER TABLE event_publication ADD CONSTRAINT event_publication_pending_seq
      CHECK (completion_date IS NOT NULL OR seq IS NOT NULL) NOT VALID;
  END IF;
END $$;
