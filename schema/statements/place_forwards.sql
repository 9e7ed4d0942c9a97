-- name: place_forwards
-- With any change of the listeners: beside projections a forward has a drainer of its own, alone
-- it takes the events in the first pass. Gives those that moved, whose lanes must be held as well
-- before this is committed.
UPDATE event_listener w SET detached = placed.detached
  FROM (SELECT EXISTS (SELECT FROM event_listener
                        WHERE kind <> 'forward' AND state <> 'retired') AS detached) placed
 WHERE w.kind = 'forward' AND w.detached <> placed.detached
RETURNING w.name
