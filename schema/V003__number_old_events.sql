-- Numbers the pending events of an adopted table, once: one scan, ACCESS SHARE. ctid breaks ties,
-- because rows of one transaction share now() and a random id would shuffle them.
CREATE TABLE IF NOT EXISTS freshet_adopt AS
  SELECT row_number() OVER (ORDER BY publication_date, ctid) AS seq, id
    FROM event_publication
   WHERE completion_date IS NULL AND seq IS NULL;
ALTER TABLE freshet_adopt ADD PRIMARY KEY (seq);
ANALYZE freshet_adopt;
