-- freshet: retry on lock timeout
-- Adds what orders events and keeps their keys. One transaction, ACCESS EXCLUSIVE for a few
-- milliseconds, nothing rewritten and nothing scanned: every column is nullable or has a constant
-- default. The constant 0 of seq is what older rows read from now on, without being touched, so that
-- no row is ever without a seq, also a completed one that its application sets back to pending.
-- After the COMMIT the rows with 0 can only become fewer: pending ones are numbered by V003 and
-- V004, newer ones draw from the sequence.

-- An autovacuum steps aside only for who has waited a second. That second is spent in a mode that
-- writers do not queue behind; the mode that they do queue behind is given up after 50 ms.
SET LOCAL lock_timeout = '5s';
LOCK TABLE event_publication IN SHARE UPDATE EXCLUSIVE MODE;
SET LOCAL lock_timeout = '50ms';
LOCK TABLE event_publication IN ACCESS EXCLUSIVE MODE;

-- CACHE 1: sessions with numbers in stock would hand them out in the wrong order.
CREATE SEQUENCE event_publication_seq_seq AS bigint CACHE 1;

-- New rows start above any number that V003 can hand to an old one: on a page, a row takes at least
-- 28 bytes (its header and its line pointer).
SELECT setval('event_publication_seq_seq', greatest(pg_relation_size('event_publication') / 28, 1000))
 WHERE pg_relation_size('event_publication') > 0;

ALTER TABLE event_publication
  ADD COLUMN               seq            bigint  NOT NULL DEFAULT 0,
  ADD COLUMN IF NOT EXISTS aggregate_type varchar(255),
  ADD COLUMN IF NOT EXISTS aggregate_id   varchar(255),
  ADD COLUMN IF NOT EXISTS headers        jsonb,
  ADD COLUMN               parked         boolean NOT NULL DEFAULT false;
-- Apart from the column: a column that comes with nextval() would rewrite the table.
ALTER TABLE event_publication
  ALTER COLUMN seq              SET DEFAULT nextval('event_publication_seq_seq'),
  ALTER COLUMN id               SET DEFAULT freshet_uuid7(),
  ALTER COLUMN publication_date SET DEFAULT clock_timestamp();

ALTER SEQUENCE event_publication_seq_seq OWNED BY event_publication.seq;

-- A default of nextval() needs USAGE on the sequence (an identity column would not, but rewrites the
-- table): whoever may INSERT gets it, be it into the table or into some of its columns.
DO $$
DECLARE grantee oid;
BEGIN
  FOR grantee IN
    SELECT a.grantee
      FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) a
     WHERE c.oid = 'event_publication'::regclass AND a.privilege_type = 'INSERT'
     UNION
    SELECT a.grantee
      FROM pg_attribute c, aclexplode(c.attacl) a
     WHERE c.attrelid = 'event_publication'::regclass AND a.privilege_type = 'INSERT'
  LOOP
    EXECUTE format('GRANT USAGE ON SEQUENCE event_publication_seq_seq TO %s',
                   CASE WHEN grantee = 0 THEN 'PUBLIC' ELSE grantee::regrole::text END);
  END LOOP;
END $$;
