-- name: save_relay
-- $1 this relay, $2 whether it sleeps, $3 in how many seconds it will be seen again.
INSERT INTO relay_instance AS r (instance, seen_at, asleep, next_sign_s)
VALUES ($1, clock_timestamp(), $2::boolean, $3::int)
    ON CONFLICT (instance) DO UPDATE
   SET seen_at = excluded.seen_at, asleep = excluded.asleep, next_sign_s = excluded.next_sign_s
