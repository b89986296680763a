-- Version 7: how much is kept, without reading every import for it.

-- One row: the bytes of all files that imports name (imports.file_length, and text_length where that is
-- another file). Counted with each import that comes with a file, and with each whose files are removed.
CREATE TABLE kept_bytes (
  bytes INTEGER NOT NULL
) STRICT;
INSERT INTO kept_bytes
  SELECT coalesce(sum(file_length + CASE WHEN text_key <> file_key THEN text_length ELSE 0 END), 0)
  FROM imports WHERE content_removed = 0;
