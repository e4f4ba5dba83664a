-- What the web desk's queue is made from, and what people sign in with.

-- `outputs` is NULL until the row was written by a version that knows the queue; opening the store then fills it in.
ALTER TABLE requests ADD COLUMN waiting_since INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN outputs INTEGER;
ALTER TABLE requests ADD COLUMN clear INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN review INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN blocked INTEGER NOT NULL DEFAULT 0;
ALTER TABLE requests ADD COLUMN claims INTEGER NOT NULL DEFAULT 0;
CREATE INDEX requests_waiting ON requests (state, waiting_since, id);
CREATE INDEX requests_waiting_of_project ON requests (state, project, waiting_since, id);
CREATE INDEX requests_not_counted ON requests (id) WHERE outputs IS NULL;

-- Checkers at work on the open round of a request that waits for them.
CREATE TABLE at_work (
    request_id  INTEGER NOT NULL REFERENCES requests (id),
    checker_key TEXT NOT NULL, -- lower case
    checker     TEXT NOT NULL,
    claimed_at  INTEGER,
    decided     INTEGER NOT NULL,
    submitted   INTEGER NOT NULL,
    PRIMARY KEY (request_id, checker_key)
) STRICT, WITHOUT ROWID;
CREATE INDEX at_work_by_checker ON at_work (checker_key, request_id);

-- The words that requests are searched by, while they wait; `rowid` is the request.
CREATE VIRTUAL TABLE waiting_words USING fts5 (words, tokenize = 'trigram');

CREATE TABLE accounts (
    account_key   TEXT NOT NULL PRIMARY KEY, -- lower case
    account       TEXT NOT NULL,
    revision      INTEGER NOT NULL,
    password      TEXT,
    totp          BLOB,
    totp_used     INTEGER NOT NULL,
    invitation    BLOB UNIQUE CHECK (length(invitation) = 32),
    invited_until INTEGER,
    shut          INTEGER NOT NULL,
    created_at    INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- `id` is the SHA-256 of what the browser holds.
CREATE TABLE sessions (
    id          BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 32),
    account_key TEXT,
    data        TEXT NOT NULL,
    ends_at     INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX sessions_by_account ON sessions (account_key);
CREATE INDEX sessions_by_end ON sessions (ends_at);
