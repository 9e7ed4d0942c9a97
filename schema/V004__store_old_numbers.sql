-- freshet: repeat until no row
-- Stores the numbers of V003, 5,000 to a transaction; a number that is stored leaves the list, so a
-- try that was cut off goes on where it ended.
WITH numbered AS (
  DELETE FROM freshet_adopt WHERE seq IN (SELECT seq FROM freshet_adopt ORDER BY seq LIMIT 5000)
  RETURNING seq, id
), stored AS (
  UPDATE event_publication e SET seq = numbered.seq
    FROM numbered WHERE e.id = numbered.id AND e.seq IS NULL
)
SELECT seq FROM numbered;
