-- Messages that were taken in, so that each counts once. `id` is its name at its door: of a mail, its Message-ID.
CREATE TABLE messages (
    door       TEXT NOT NULL,
    id         TEXT NOT NULL,
    sha256     BLOB NOT NULL CHECK (length(sha256) = 32),
    request_id INTEGER,
    at         INTEGER NOT NULL,
    PRIMARY KEY (door, id)
) STRICT, WITHOUT ROWID;
