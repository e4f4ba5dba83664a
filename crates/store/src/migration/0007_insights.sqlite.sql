-- How long rounds take and why files go back: written with every change of a request, never read from documents.

-- Days and months are counted in UTC, from 1970 and from year 0. `month` and `took` (microseconds) are there once a round
-- is decided; `ended_day` also where it ended otherwise. `project` is empty where a request has none.
CREATE TABLE rounds (
    request_id INTEGER NOT NULL REFERENCES requests (id),
    round      INTEGER NOT NULL,
    project    TEXT NOT NULL,
    opened_day INTEGER NOT NULL,
    ended_day  INTEGER,
    month      INTEGER,
    took       INTEGER,
    outcome    TEXT,
    PRIMARY KEY (request_id, round)
) STRICT, WITHOUT ROWID;
CREATE INDEX rounds_by_month ON rounds (month, took, outcome);
CREATE INDEX rounds_by_project ON rounds (project, month, took, outcome);
CREATE INDEX rounds_by_opening ON rounds (opened_day);
CREATE INDEX rounds_by_ending ON rounds (ended_day);
CREATE INDEX rounds_of_project_by_opening ON rounds (project, opened_day);
CREATE INDEX rounds_of_project_by_ending ON rounds (project, ended_day);

-- The rules that spoke of the files of a round that did not pass, and of how many; the empty rule is a checker's own.
CREATE TABLE reasons (
    request_id INTEGER NOT NULL REFERENCES requests (id),
    round      INTEGER NOT NULL,
    rule       TEXT NOT NULL,
    project    TEXT NOT NULL,
    month      INTEGER NOT NULL,
    files      INTEGER NOT NULL,
    PRIMARY KEY (request_id, round, rule)
) STRICT, WITHOUT ROWID;
CREATE INDEX reasons_by_month ON reasons (month, rule, files);
CREATE INDEX reasons_by_project ON reasons (project, month, rule, files);
