-- Requests, jobs, standings and the ledger. Times are microseconds since 1970 (UTC), so that they compare and
-- come back whole in every database.

CREATE TABLE counters (
    name  TEXT NOT NULL PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counters (name, value) VALUES ('request', 0);

-- `document` is the whole request; the columns before it are what lists are made from.
CREATE TABLE requests (
    id            INTEGER NOT NULL PRIMARY KEY CHECK (id > 0),
    revision      INTEGER NOT NULL,
    state         TEXT NOT NULL,
    requester     TEXT NOT NULL,
    requester_key TEXT NOT NULL, -- lower case: accounts compare without case
    project       TEXT,
    purpose       TEXT NOT NULL,
    created_at    INTEGER NOT NULL,
    updated_at    INTEGER NOT NULL,
    round         INTEGER NOT NULL,
    files         INTEGER NOT NULL,
    verdict       TEXT,
    document      TEXT NOT NULL
) STRICT;
CREATE INDEX requests_by_state ON requests (state, id);
CREATE INDEX requests_by_requester ON requests (requester_key, id);
CREATE INDEX requests_by_requester_and_state ON requests (requester_key, state, id);

-- Only while the request's state is not final.
CREATE TABLE held_seals (
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
    request_id INTEGER NOT NULL REFERENCES requests (id),
    PRIMARY KEY (sha256, request_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX held_seals_by_request ON held_seals (request_id);

-- A job that is being done is leased until `due_at`; then anyone may take it again.
CREATE TABLE jobs (
    id         INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    task       TEXT NOT NULL,
    request_id INTEGER NOT NULL REFERENCES requests (id),
    created_at INTEGER NOT NULL,
    due_at     INTEGER NOT NULL,
    leased     INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    cause      TEXT
) STRICT;
CREATE INDEX jobs_by_due ON jobs (due_at, id);
CREATE INDEX jobs_by_request ON jobs (request_id, due_at, id);
CREATE INDEX jobs_by_task ON jobs (task);

CREATE TABLE demotions (
    account_key TEXT NOT NULL PRIMARY KEY, -- lower case
    account     TEXT NOT NULL,
    since       INTEGER NOT NULL,
    why         TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- `entry` is the text that `hash` covers, byte for byte.
CREATE TABLE ledger (
    seq        INTEGER NOT NULL PRIMARY KEY,
    request_id INTEGER,
    entry      TEXT NOT NULL,
    hash       BLOB NOT NULL CHECK (length(hash) = 32),
    sig        BLOB NOT NULL CHECK (length(sig) = 64)
) STRICT;
CREATE INDEX ledger_by_request ON ledger (request_id, seq);

CREATE TRIGGER ledger_is_not_changed BEFORE UPDATE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
CREATE TRIGGER ledger_is_not_cut BEFORE DELETE ON ledger
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
-- Without it, INSERT OR REPLACE would change an entry past the triggers above.
CREATE TRIGGER ledger_has_no_gaps BEFORE INSERT ON ledger
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM ledger)
BEGIN
    SELECT RAISE(ABORT, 'the ledger is append-only');
END;
