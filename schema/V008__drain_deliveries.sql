-- freshet: retry on lock timeout
-- Deliveries become a queue that is worked off: retried when due, in order per key, by drainers.
-- Nobody but relays writes these tables, and they hold what did not pass: few rows as a rule.
SET LOCAL lock_timeout = '2s';
LOCK TABLE event_delivery, event_listener IN SHARE UPDATE EXCLUSIVE MODE;
SET LOCAL lock_timeout = '50ms';
LOCK TABLE event_delivery, event_listener IN ACCESS EXCLUSIVE MODE;

-- The order in which deliveries became ready. Not seq: a transaction that commits late has a lower
-- one, and a reader that has gone further would have to look behind itself all the time.
CREATE SEQUENCE event_delivery_place_seq AS bigint CACHE 1;
ALTER TABLE event_delivery ADD COLUMN place bigint NOT NULL DEFAULT 0;
UPDATE event_delivery d SET place = n.place
  FROM (SELECT event_id, listener, nextval('event_delivery_place_seq') AS place
          FROM (SELECT event_id, listener FROM event_delivery ORDER BY seq) o) n
 WHERE d.event_id = n.event_id AND d.listener = n.listener;
ALTER TABLE event_delivery ALTER COLUMN place SET DEFAULT nextval('event_delivery_place_seq');
ALTER SEQUENCE event_delivery_place_seq OWNED BY event_delivery.place;
-- Until now a dead letter was one at once, and nobody had a schedule.
UPDATE event_delivery SET state = 'dead' WHERE state = 'retrying';

DROP INDEX event_delivery_key, event_delivery_state;
CREATE INDEX event_delivery_open ON event_delivery (lane, key, listener, seq)
 WHERE state <> 'dead';
CREATE INDEX event_delivery_dead ON event_delivery (lane, key, listener, seq)
 WHERE state = 'dead';
CREATE INDEX event_delivery_ready ON event_delivery (listener, lane, place)
 WHERE state = 'ready';
CREATE INDEX event_delivery_due ON event_delivery (listener, lane, next_attempt_at)
 WHERE state = 'retrying';
CREATE INDEX event_delivery_state ON event_delivery (listener, state)
 WHERE state <> 'ready';

-- Who paused a listener: an operator's pause ends by hand only, a relay's when its cause has gone.
ALTER TABLE event_listener
  ADD COLUMN paused_by text CHECK (paused_by IN ('operator', 'relay', 'projection'));
UPDATE event_listener SET paused_by = 'operator' WHERE state = 'paused';

-- Events that were in flight when a relay's process died. Each runs alone until it has passed.
CREATE TABLE event_suspect (
  event_id uuid        NOT NULL,
  listener text        NOT NULL,
  crashes  smallint    NOT NULL DEFAULT 0,
  kills    smallint    NOT NULL DEFAULT 0,
  since    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (event_id, listener)
);

CREATE TABLE operator_log (
  id       bigint      GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at       timestamptz NOT NULL DEFAULT clock_timestamp(),
  db_user  text        NOT NULL DEFAULT session_user,
  os_user  text        NOT NULL,
  command  text        NOT NULL,
  listener text,
  events   bigint      NOT NULL DEFAULT 0,
  reason   text,
  detail   text
);
