-- Rows are only ever added: what a number in a report rests on can always be found again.

CREATE TABLE meta (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
);

CREATE TABLE students (
    id      INTEGER PRIMARY KEY,
    student TEXT NOT NULL UNIQUE          -- the key: the name of a folder, an account on the platform
);

CREATE TABLE submissions (
    id              INTEGER PRIMARY KEY,
    student_id      INTEGER NOT NULL REFERENCES students (id),
    name            TEXT NOT NULL,        -- what people call the student
    assignment      TEXT NOT NULL,
    title           TEXT NOT NULL,
    late            INTEGER NOT NULL,
    problems        TEXT NOT NULL,        -- JSON, see grader/encoding.py
    headings        TEXT NOT NULL,        -- JSON
    submission_hash TEXT NOT NULL,        -- of the files as they were handed in
    rubric_digest   TEXT NOT NULL,        -- of the rubric and the reference they were marked with
    graded_at       TEXT NOT NULL         -- ISO 8601, UTC
);
CREATE INDEX submissions_by_assignment ON submissions (assignment, student_id, id);

CREATE TABLE answers (
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    position      INTEGER NOT NULL,       -- order of the parts in the rubric
    part          TEXT NOT NULL,
    text          TEXT NOT NULL,
    file          TEXT NOT NULL,
    cell          INTEGER,
    line          INTEGER,
    notation      TEXT NOT NULL,
    passage       TEXT NOT NULL,
    PRIMARY KEY (submission_id, position)
) WITHOUT ROWID;

CREATE TABLE verdicts (
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    position      INTEGER NOT NULL,
    part          TEXT NOT NULL,
    outcome       TEXT NOT NULL,
    credit        TEXT,                   -- a fraction such as 7/10; absent while a person is waited for
    code          TEXT NOT NULL,
    message       TEXT NOT NULL,
    read          TEXT NOT NULL,
    mathml        TEXT NOT NULL,
    evidence      TEXT NOT NULL,          -- JSON
    PRIMARY KEY (submission_id, position)
) WITHOUT ROWID;

CREATE TABLE marks (
    id            INTEGER PRIMARY KEY,
    submission_id INTEGER NOT NULL REFERENCES submissions (id),
    position      INTEGER NOT NULL,
    part          TEXT NOT NULL,
    title         TEXT NOT NULL,
    points        TEXT,                   -- an exact decimal; absent while a person is waited for
    max_points    TEXT NOT NULL,
    who           TEXT NOT NULL,
    why           TEXT NOT NULL,
    marked_at     TEXT NOT NULL
);
CREATE INDEX marks_by_submission ON marks (submission_id, position, id);
