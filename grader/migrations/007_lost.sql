-- What a run could not read and put down to nobody: the overview says it, also when it is written again.

CREATE TABLE lost (
    id          INTEGER PRIMARY KEY,      -- the latest of an assignment counts
    assignment  TEXT NOT NULL,
    problems    TEXT NOT NULL,            -- JSON, see grader/encoding.py
    recorded_at TEXT NOT NULL
);
CREATE INDEX lost_by_assignment ON lost (assignment, id);
