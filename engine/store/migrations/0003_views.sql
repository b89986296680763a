-- Version 3: what views show beside the log.

-- When a lane of an import stopped or went on.
CREATE TABLE lane_marks (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  import_id  TEXT    NOT NULL REFERENCES imports (id),
  webhook_id TEXT    NOT NULL,
  at         INTEGER NOT NULL,
  kind       TEXT    NOT NULL CHECK (kind IN ('halted', 'paused', 'resumed'))
) STRICT;
CREATE INDEX lane_marks_by_lane ON lane_marks (import_id, webhook_id, number);

-- 0: reported before this version.
ALTER TABLE row_errors ADD COLUMN batch_index INTEGER NOT NULL DEFAULT 0;
CREATE INDEX row_errors_by_batch ON row_errors (import_id, webhook_id, batch_index);
