-- name: upkeep_take_lease
-- Takes or renews it, by the server's clock. No row: another relay has it. An end that is further
-- away than any relay sets it is of a time when the clock was wrong. $1 holder, $2 seconds.
UPDATE upkeep_lease
   SET holder = $1::text, held_until = clock_timestamp() + $2::int * interval '1 s'
 WHERE name = 'upkeep'
   AND (holder = $1::text OR held_until < clock_timestamp()
        OR held_until > clock_timestamp() + 10 * $2::int * interval '1 s')
RETURNING holder
