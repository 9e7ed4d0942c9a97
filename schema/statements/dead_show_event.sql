-- name: dead_show_event
-- $1 event id, $2 how many characters of the payload.
SELECT event_type, coalesce(aggregate_type, '') AS aggregate_type, aggregate_id, seq, listener_id,
       to_char(publication_date AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS published,
       headers::text AS headers, left(serialized_event, $2::int) AS payload,
       length(serialized_event) AS characters, completion_date IS NOT NULL AS complete
  FROM event_publication WHERE id = $1::uuid
