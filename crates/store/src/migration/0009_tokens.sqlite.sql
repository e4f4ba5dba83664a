-- What scripts come with in place of a password. `digest` is the SHA-256 of the secret, which is kept nowhere.
-- `roles` is JSON: the most that the token may, whatever the roster gives its owner later.
CREATE TABLE tokens (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    digest      BLOB NOT NULL UNIQUE CHECK (length(digest) = 32),
    account_key TEXT NOT NULL, -- lower case
    account     TEXT NOT NULL,
    name        TEXT NOT NULL,
    reach       TEXT NOT NULL,
    roles       TEXT NOT NULL,
    created_at  INTEGER NOT NULL,
    until       INTEGER NOT NULL,
    used_at     INTEGER,
    revoked_at  INTEGER
) STRICT;
CREATE INDEX tokens_by_account ON tokens (account_key, id);
