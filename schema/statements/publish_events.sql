-- name: publish_events
-- $1 ids (NULL: a new one), $2 types, $3 payloads, $4 aggregate types, $5 aggregate ids,
-- $6 headers, $7 listeners. In the order of the lists, and so is seq, whose default is drawn row by
-- row.
INSERT INTO event_publication (id, event_type, serialized_event, aggregate_type, aggregate_id,
                               headers, listener_id)
SELECT coalesce(id, freshet_uuid7()), event_type, payload, aggregate_type, aggregate_id, headers,
       listener_id
  FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::text[])
       WITH ORDINALITY
    AS e (id, event_type, payload, aggregate_type, aggregate_id, headers, listener_id, place)
 ORDER BY place
