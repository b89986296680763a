-- Version 1. Times are Unix milliseconds (0: not yet), flags are 0 or 1, lists and maps are JSON text.
-- What each table means, and questions to ask it with sqlite3: engine/store/README.md.

-- The epoch of each of the 256 store shards: who owns its lanes. Plus one at each start of the daemon.
CREATE TABLE store_shards (
  store_shard INTEGER PRIMARY KEY CHECK (store_shard BETWEEN 0 AND 255),
  epoch       INTEGER NOT NULL
) STRICT;
WITH RECURSIVE counter(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM counter WHERE n < 255)
INSERT INTO store_shards SELECT n, 0 FROM counter;

CREATE TABLE importers (
  number                INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of creation: cursor of lists
  id                    TEXT    NOT NULL UNIQUE,
  name                  TEXT    NOT NULL,
  webhook_url           TEXT    NOT NULL,
  batch_size            INTEGER NOT NULL,
  data_sync             INTEGER NOT NULL,
  columns               TEXT    NOT NULL,  -- [["header in the file", "key as sent"]]
  drop_unmapped         INTEGER NOT NULL,
  allowed_webhook_hosts TEXT    NOT NULL,  -- ["host"]
  created_at            INTEGER NOT NULL
) STRICT;

CREATE TABLE webhooks (
  number          INTEGER PRIMARY KEY AUTOINCREMENT,
  id              TEXT    NOT NULL UNIQUE,
  store_shard     INTEGER NOT NULL,        -- xxh3(id) % 256, fixed for ever
  url             TEXT    NOT NULL,
  description     TEXT    NOT NULL,
  secrets         TEXT    NOT NULL,        -- [{"text": "whsec_…", "expiresAt": 0}], newest first. In plain text.
  events          TEXT    NOT NULL,        -- ["all"]
  template_id     TEXT,                    -- NULL: belongs to all importers
  enabled         INTEGER NOT NULL,
  disabled_reason TEXT    NOT NULL,
  headers         TEXT    NOT NULL,        -- [["name", "value"]]
  timeout_ms      INTEGER NOT NULL,
  retry_schedule  TEXT    NOT NULL,        -- [seconds]
  retry_on_4xx    INTEGER NOT NULL,
  on_halt         TEXT    NOT NULL CHECK (on_halt IN ('next', 'hold')),
  created_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX webhooks_by_importer ON webhooks (template_id, number);
CREATE INDEX webhooks_by_shard ON webhooks (store_shard);

CREATE TABLE imports (
  number          INTEGER PRIMARY KEY AUTOINCREMENT,  -- order of acceptance
  id              TEXT    NOT NULL UNIQUE,
  template_id     TEXT    NOT NULL,
  state           TEXT    NOT NULL,        -- derived from the rest in the same commit, for lists; never read back
  file_name       TEXT    NOT NULL,
  file_key        TEXT    NOT NULL,        -- in the spool, as it came
  file_length     INTEGER NOT NULL,
  file_digest     TEXT    NOT NULL,
  text_key        TEXT    NOT NULL,        -- as it is read: the same, or a copy in UTF-8
  text_length     INTEGER NOT NULL,
  text_digest     TEXT    NOT NULL,
  batch_size      INTEGER NOT NULL,
  data_sync       INTEGER NOT NULL,
  settings        TEXT    NOT NULL,        -- what else was asked for
  user            TEXT    NOT NULL,        -- compact JSON object, sent as it stands
  metadata        TEXT    NOT NULL,
  planned         INTEGER NOT NULL,        -- 0: receiving
  total_rows      INTEGER NOT NULL,
  batch_count     INTEGER NOT NULL,
  encoding        TEXT    NOT NULL,
  delimiter       TEXT    NOT NULL,
  columns         TEXT    NOT NULL,        -- [["header in the file", "key as sent"]]
  notes           TEXT    NOT NULL,        -- [{"code": …, "detail": …, "rows": […]}]
  error_code      TEXT    NOT NULL,        -- empty: it did not fail
  error_detail    TEXT    NOT NULL,
  paused          INTEGER NOT NULL,
  cancelled       INTEGER NOT NULL,
  content_removed INTEGER NOT NULL,        -- the file and the events are gone (dataSync false, or retention)
  for_webhook     TEXT    NOT NULL,        -- empty: the importer's webhooks
  idempotency_key TEXT,
  created_at      INTEGER NOT NULL,
  started_at      INTEGER NOT NULL,
  completed_at    INTEGER NOT NULL
) STRICT;
CREATE UNIQUE INDEX imports_by_key ON imports (idempotency_key) WHERE idempotency_key IS NOT NULL;
CREATE INDEX imports_by_importer ON imports (template_id, number);
CREATE INDEX imports_by_state ON imports (state, number);
-- Ended, and still holding a file or events: retention's queue.
CREATE INDEX imports_with_content ON imports (data_sync, completed_at) WHERE content_removed = 0 AND completed_at > 0;

CREATE TABLE plans (
  import_id TEXT PRIMARY KEY REFERENCES imports (id),
  plan      BLOB NOT NULL                  -- where each batch starts in the file
) STRICT;

-- One row per import and webhook. cursor: 0 import.started, 1 … count the batches, count + 1 the end's event,
-- count + 2 all done.
CREATE TABLE deliveries (
  import_id         TEXT    NOT NULL REFERENCES imports (id),
  webhook_id        TEXT    NOT NULL,
  seq               INTEGER NOT NULL,      -- order of acceptance in the lane
  cursor            INTEGER NOT NULL,
  ended             INTEGER NOT NULL,      -- cursor has reached count + 2
  wants_rows        INTEGER NOT NULL,
  wants_started     INTEGER NOT NULL,
  wants_ended       INTEGER NOT NULL,
  started           INTEGER NOT NULL,
  paused            INTEGER NOT NULL,      -- as the import's
  cancelled         INTEGER NOT NULL,
  open_event_id     TEXT    NOT NULL,      -- the event at the cursor, where there is one already
  halted_event_id   TEXT    NOT NULL,
  batches_delivered INTEGER NOT NULL,
  rows_delivered    INTEGER NOT NULL,
  row_errors        INTEGER NOT NULL,
  last_status       INTEGER NOT NULL,
  last_status_text  TEXT    NOT NULL,
  PRIMARY KEY (import_id, webhook_id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX deliveries_in_lane ON deliveries (webhook_id, seq);
CREATE INDEX deliveries_ready ON deliveries (webhook_id, seq)
  WHERE ended = 0 AND cancelled = 0 AND paused = 0 AND halted_event_id = '';
CREATE INDEX deliveries_halted ON deliveries (webhook_id)
  WHERE ended = 0 AND cancelled = 0 AND halted_event_id <> '';

CREATE TABLE events (
  number             INTEGER PRIMARY KEY AUTOINCREMENT,
  id                 TEXT    NOT NULL UNIQUE,  -- also the webhook-id header
  import_id          TEXT    NOT NULL,         -- empty: a test
  webhook_id         TEXT    NOT NULL,
  name               TEXT    NOT NULL,
  batch_index        INTEGER NOT NULL,
  first_row          INTEGER NOT NULL,
  row_count          INTEGER NOT NULL,
  body_bytes         INTEGER NOT NULL,
  body_digest        TEXT    NOT NULL,
  state              TEXT    NOT NULL
                     CHECK (state IN ('pending', 'delivering', 'delivered', 'halted', 'cancelled')),
  attempts           INTEGER NOT NULL,
  attempts_in_budget INTEGER NOT NULL,
  last_status        INTEGER NOT NULL,
  next_attempt_at    INTEGER NOT NULL,
  delivered_at       INTEGER NOT NULL,
  created_at         INTEGER NOT NULL
) STRICT;
CREATE INDEX events_by_import ON events (import_id, number);
CREATE INDEX events_by_webhook ON events (webhook_id, number);
CREATE INDEX events_not_delivered ON events (state, number) WHERE state <> 'delivered';
CREATE INDEX events_lifecycle ON events (name, number) WHERE name <> 'all';

CREATE TABLE attempts (
  number           INTEGER PRIMARY KEY AUTOINCREMENT,
  id               TEXT    NOT NULL,
  event_id         TEXT    NOT NULL REFERENCES events (id),
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
CREATE INDEX attempts_by_event ON attempts (event_id, number);

-- Rows that a receiver reported as refused.
CREATE TABLE row_errors (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id  TEXT    NOT NULL REFERENCES imports (id),
  webhook_id TEXT    NOT NULL,
  row        INTEGER NOT NULL,             -- 1-based data row; 0: unknown
  field      TEXT    NOT NULL,
  message    TEXT    NOT NULL
) STRICT;
CREATE INDEX row_errors_by_import ON row_errors (import_id, number);

-- Events that wait for their turn between two batches: resends and tests.
CREATE TABLE lane_tasks (
  id         INTEGER PRIMARY KEY AUTOINCREMENT,
  webhook_id TEXT    NOT NULL,
  kind       TEXT    NOT NULL CHECK (kind IN ('resend', 'test')),
  event_id   TEXT    NOT NULL REFERENCES events (id),
  attempts   INTEGER NOT NULL,             -- of this task
  retry_at   INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX lane_tasks_by_lane ON lane_tasks (webhook_id, id);
CREATE INDEX lane_tasks_by_event ON lane_tasks (event_id);
