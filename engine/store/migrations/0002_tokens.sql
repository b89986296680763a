-- Version 2: tokens of the TCP listener.

CREATE TABLE tokens (
  number     INTEGER PRIMARY KEY AUTOINCREMENT,
  id         TEXT    NOT NULL UNIQUE,
  name       TEXT    NOT NULL,
  scope      TEXT    NOT NULL,             -- admin, read, upload:<templateId>
  digest     TEXT    NOT NULL UNIQUE,      -- SHA-256 of the token, in hex; the token itself is not kept
  created_at INTEGER NOT NULL
) STRICT;
