-- How the floor's batch ends, mode update; what comes before is batch.sql.
UPDATE event_publication SET completion_date = clock_timestamp(), parked = false
 WHERE id = ANY (:ids::uuid[]);
COMMIT;
