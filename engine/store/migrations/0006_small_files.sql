-- Version 6: small files in the store.

-- Content of files that are too small for a file of their own: the key is imports.file_key or imports.text_key.
CREATE TABLE small_files (
  key     TEXT PRIMARY KEY,                -- ascending in time
  content BLOB NOT NULL
) STRICT;
-- Without files and events, their record still there: retention's second queue.
CREATE INDEX imports_without_content ON imports (completed_at) WHERE content_removed = 1;
