-- name: purge_hold_replays
-- No replay begins between the look for one and the commit: it would choose what is going. Waits
-- for those that are noting how far they are.
LOCK TABLE forward_replay IN SHARE MODE
