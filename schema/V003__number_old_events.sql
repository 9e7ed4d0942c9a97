-- Numbers the pending events of an adopted table, once: one scan, ACCESS SHARE. ctid breaks ties,
-- because rows of one transaction share now() and a random id would shuffle them.
CREATE TABLE freshet_adopt AS
  SELECT row_number() OVER (ORDER BY publication_date, ctid) AS seq, id
    FROM event_publication
   WHERE completion_date IS NULL AND seq = 0;
ALTER TABLE freshet_adopt ADD PRIMARY KEY (seq);
ANALYZE freshet_adopt;

-- How far V004 has come. Apart from the list: deleting what is stored would make each batch walk
-- over the dead entries of all batches before it, as long as some old snapshot is open.
CREATE TABLE freshet_adopt_progress AS
  SELECT 0::bigint AS stored, count(*) AS total FROM freshet_adopt;
ANALYZE freshet_adopt_progress;
