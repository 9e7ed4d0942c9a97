-- name: add_drainer
-- A detached listener's own lanes. $1 its name.
INSERT INTO event_lane (lane, drainer)
SELECT lane, $1 FROM event_lane WHERE drainer = ''
    ON CONFLICT DO NOTHING
