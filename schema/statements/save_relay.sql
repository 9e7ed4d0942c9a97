-- name: save_relay
-- $1 this relay, $2 whether it sleeps, $3 in how many seconds it will be seen again; sessions: $4
-- here of $5, $6 of the process of $7, $8 how many wait; the last minute's histograms of waits for
-- a session, $9 and $10, and of turns with one, $11 and $12.
INSERT INTO relay_instance AS r (instance, seen_at, asleep, next_sign_s, sessions, sessions_most,
                                 process, process_most, waiting, acquire_buckets, acquire_counts,
                                 run_buckets, run_counts)
VALUES ($1, clock_timestamp(), $2::boolean, $3::int, $4::int, $5::int, $6::int, $7::int, $8::int,
        $9::int[], $10::bigint[], $11::int[], $12::bigint[])
    ON CONFLICT (instance) DO UPDATE
   SET seen_at = excluded.seen_at, asleep = excluded.asleep, next_sign_s = excluded.next_sign_s,
       sessions = excluded.sessions, sessions_most = excluded.sessions_most,
       process = excluded.process, process_most = excluded.process_most,
       waiting = excluded.waiting, acquire_buckets = excluded.acquire_buckets,
       acquire_counts = excluded.acquire_counts, run_buckets = excluded.run_buckets,
       run_counts = excluded.run_counts
