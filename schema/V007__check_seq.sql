-- freshet: retry on lock timeout
-- SHARE UPDATE EXCLUSIVE, one scan: writers go on.
ALTER TABLE event_publication VALIDATE CONSTRAINT event_publication_pending_seq;
DROP TABLE IF EXISTS freshet_adopt;
