-- How the floor's batch ends, mode delete; what comes before is batch.sql.
DELETE FROM event_publication WHERE id = ANY (:ids::uuid[]);
COMMIT;
