-- Version 9: what every batch writes lies on fewer pages.

-- Attempts name their event by its row number. Numbers go up with time, so what one commit writes to the index lies
-- side by side; by the text of ids it lay all over it.
CREATE TABLE attempts_by_number (
  number           INTEGER PRIMARY KEY,
  id               TEXT    NOT NULL,
  event_number     INTEGER NOT NULL REFERENCES events (number),
  attempt          INTEGER NOT NULL,       -- 1, 2, … of its event
  trigger          TEXT    NOT NULL,
  started_at       INTEGER NOT NULL,
  duration_us      INTEGER NOT NULL,
  dns_us           INTEGER NOT NULL,       -- parts of the duration; -1: that phase did not happen
  connect_us       INTEGER NOT NULL,
  tls_us           INTEGER NOT NULL,
  send_us          INTEGER NOT NULL,
  wait_us          INTEGER NOT NULL,
  receive_us       INTEGER NOT NULL,
  remote_address   TEXT    NOT NULL,
  request_headers  TEXT    NOT NULL,
  body_bytes       INTEGER NOT NULL,
  body_digest      TEXT    NOT NULL,
  status           INTEGER NOT NULL,       -- 0: no answer
  response_headers BLOB    NOT NULL,       -- whatever bytes came
  response_body    BLOB    NOT NULL,       -- the first 16 KiB
  outcome          TEXT    NOT NULL,
  error            TEXT    NOT NULL
) STRICT;
INSERT INTO attempts_by_number
  SELECT a.number, a.id, e.number, a.attempt, a.trigger, a.started_at, a.duration_us, a.dns_us, a.connect_us, a.tls_us,
         a.send_us, a.wait_us, a.receive_us, a.remote_address, a.request_headers, a.body_bytes, a.body_digest, a.status,
         a.response_headers, a.response_body, a.outcome, a.error
  FROM attempts a JOIN events e ON e.id = a.event_id;
DROP TABLE attempts;

-- Without AUTOINCREMENT, whose table of its own is a page in every commit: the program gives the numbers. Only the text of
-- the table changes, which needs no row rewritten.
PRAGMA writable_schema = ON;
UPDATE sqlite_schema SET sql = replace(sql, 'PRIMARY KEY AUTOINCREMENT', 'PRIMARY KEY')
  WHERE type = 'table' AND name = 'events';
PRAGMA writable_schema = RESET;
DELETE FROM sqlite_sequence WHERE name = 'events';

ALTER TABLE attempts_by_number RENAME TO attempts;
CREATE INDEX attempts_by_event ON attempts (event_number, number);
