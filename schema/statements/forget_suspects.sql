-- name: forget_suspects
-- Those whose event is complete or gone, for whatever reason. OFFSET 0: each is looked up by its
-- key; as a join they could cost a walk over the whole outbox.
DELETE FROM event_suspect s
 WHERE NOT EXISTS (SELECT FROM event_publication p
                    WHERE p.id = s.event_id AND p.completion_date IS NULL
                   OFFSET 0)
