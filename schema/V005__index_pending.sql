-- freshet: outside a transaction
-- freshet: builds index event_publication_pending
-- The claim's index. SHARE UPDATE EXCLUSIVE: writers go on; it waits for every older transaction.
CREATE INDEX CONCURRENTLY IF NOT EXISTS event_publication_pending
    ON event_publication (freshet_lane(aggregate_type, aggregate_id, id), seq)
 WHERE completion_date IS NULL AND NOT parked;
