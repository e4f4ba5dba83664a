-- What requesters are about to ask, and how long decisions take.

-- `plan` is the whole draft; it is emptied once it was sent. `sent` is the request that it became or went on with.
CREATE TABLE drafts (
    id          INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    revision    INTEGER NOT NULL,
    account     TEXT NOT NULL,
    account_key TEXT NOT NULL, -- lower case
    request_id  INTEGER REFERENCES requests (id),
    plan        TEXT NOT NULL,
    updated_at  INTEGER NOT NULL,
    sent        INTEGER
) STRICT;
CREATE INDEX drafts_by_account ON drafts (account_key, updated_at) WHERE sent IS NULL;

-- Rounds that people decided on: asked for, and approved, returned or rejected.
CREATE TABLE turnarounds (
    request_id INTEGER NOT NULL,
    round      INTEGER NOT NULL,
    asked_at   INTEGER NOT NULL,
    decided_at INTEGER NOT NULL,
    PRIMARY KEY (request_id, round)
) STRICT, WITHOUT ROWID;
CREATE INDEX turnarounds_by_decision ON turnarounds (decided_at);

-- Those of before are in the ledger.
INSERT OR IGNORE INTO turnarounds (request_id, round, asked_at, decided_at)
SELECT asked.request_id,
       json_extract(asked.entry, '$.fact.round'),
       CAST(strftime('%s', json_extract(asked.entry, '$.at')) AS INTEGER) * 1000000,
       CAST(strftime('%s', json_extract(decided.entry, '$.at')) AS INTEGER) * 1000000
FROM ledger AS decided
JOIN ledger AS asked
  ON asked.request_id = decided.request_id
 AND json_extract(asked.entry, '$.fact.event') = 'requested'
 AND json_extract(asked.entry, '$.fact.round') = json_extract(decided.entry, '$.fact.round')
WHERE json_extract(decided.entry, '$.fact.event') IN ('approved', 'returned', 'rejected')
  AND coalesce(json_extract(decided.entry, '$.fact.automatic'), 0) = 0
ORDER BY decided.seq;
