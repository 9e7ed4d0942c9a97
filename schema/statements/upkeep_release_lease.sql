-- name: upkeep_release_lease
-- At a stop: the next relay need not wait for its end. $1 holder.
UPDATE upkeep_lease SET held_until = '-infinity' WHERE name = 'upkeep' AND holder = $1::text
