-- freshet: retry on lock timeout
-- Adds what orders events and keeps their keys. One transaction, ACCESS EXCLUSIVE for a few
-- milliseconds, nothing rewritten and nothing scanned: every column is nullable or has a constant
-- default, and the default of seq is set apart from the column.
-- After the COMMIT the rows without a seq can only become fewer: older ones are numbered by V003 and
-- V004, newer ones draw from the sequence.
CREATE SEQUENCE IF NOT EXISTS event_publication_seq_seq AS bigint CACHE 1;

LOCK TABLE event_publication IN ACCESS EXCLUSIVE MODE;

-- New rows start above any number that V003 can hand to an old one: a row takes more than 64 bytes.
SELECT setval('event_publication_seq_seq', greatest(pg_relation_size('event_publication') / 64, 1000))
 WHERE pg_relation_size('event_publication') > 0
   AND NOT EXISTS (SELECT FROM pg_attribute
                    WHERE attrelid = 'event_publication'::regclass AND attname = 'seq' AND NOT attisdropped);

ALTER TABLE event_publication
  ADD COLUMN IF NOT EXISTS seq            bigint,
  ADD COLUMN IF NOT EXISTS aggregate_type varchar(255),
  ADD COLUMN IF NOT EXISTS aggregate_id   varchar(255),
  ADD COLUMN IF NOT EXISTS headers        jsonb,
  ADD COLUMN IF NOT EXISTS parked         boolean NOT NULL DEFAULT false,
  ALTER COLUMN seq              SET DEFAULT nextval('event_publication_seq_seq'),
  ALTER COLUMN id               SET DEFAULT freshet_uuid7(),
  ALTER COLUMN publication_date SET DEFAULT clock_timestamp();

ALTER SEQUENCE event_publication_seq_seq OWNED BY event_publication.seq;

-- A default of nextval() needs USAGE on the sequence (an identity column would not): whoever may
-- INSERT gets it.
DO $$
DECLARE grantee oid;
BEGIN
  FOR grantee IN
    SELECT DISTINCT a.grantee
      FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
     WHERE c.oid = 'event_publication'::regclass AND a.privilege_type = 'INSERT'
  LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE event_publication_seq_seq TO %s',
                   CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
  END LOOP;
END $$;
