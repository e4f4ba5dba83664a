-- What auditors search the ledger by. The columns are computed from the entry, so they cannot say anything else than it
-- does; an entry that someone has garbled past the desk has none of them.
ALTER TABLE ledger ADD COLUMN at TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(entry) THEN entry ->> '$.at' END) VIRTUAL;
ALTER TABLE ledger ADD COLUMN actor TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(entry) THEN lower(entry ->> '$.actor.account') END) VIRTUAL;
ALTER TABLE ledger ADD COLUMN event TEXT
    GENERATED ALWAYS AS (CASE WHEN json_valid(entry) THEN entry ->> '$.fact.event' END) VIRTUAL;
CREATE INDEX ledger_by_actor ON ledger (actor, seq);
CREATE INDEX ledger_by_event ON ledger (event, seq);
CREATE INDEX ledger_by_time ON ledger (at);

-- The words of entries; `rowid` is the entry. A long entry is found by its beginning.
CREATE VIRTUAL TABLE ledger_words USING fts5 (words, content = '', tokenize = 'trigram');
INSERT INTO ledger_words (rowid, words) SELECT seq, substr(entry, 1, 16384) FROM ledger;
CREATE TRIGGER ledger_is_searched AFTER INSERT ON ledger
BEGIN
    INSERT INTO ledger_words (rowid, words) VALUES (NEW.seq, substr(NEW.entry, 1, 16384));
END;
