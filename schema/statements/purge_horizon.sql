-- name: purge_horizon
-- When the event of the oldest open delivery was published: guards from since then stay. Before
-- all times where that cannot be told, after them where nothing is open.
SELECT CASE WHEN EXISTS (SELECT FROM event_delivery)
            THEN coalesce((SELECT p.publication_date
                             FROM event_publication p
                            WHERE p.id = (SELECT d.event_id FROM event_delivery d
                                           ORDER BY d.seq LIMIT 1)), '-infinity')
            ELSE 'infinity' END AS horizon
