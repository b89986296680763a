-- Where the journal stands (decision 0016): requests are durable there before their commit.
CREATE TABLE journal_position (
  identity INTEGER NOT NULL,  -- of this database; a journal of another one does not count
  applied  INTEGER NOT NULL   -- the last of the journal's records whose requests are in this database
) STRICT;
INSERT INTO journal_position (identity, applied) VALUES (random(), 0);
