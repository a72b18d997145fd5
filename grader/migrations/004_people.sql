-- Attempts with their files, versions of rubrics, and what people decided, said and want to see again.

CREATE TABLE files (
    hash TEXT PRIMARY KEY,                -- SHA-256 of the bytes, in hex
    size INTEGER NOT NULL,                -- of the bytes
    data BLOB                             -- the bytes, deflated (zlib); absent if the file was too large to keep
);

CREATE TABLE attempts (
    id          INTEGER PRIMARY KEY,
    student_id  INTEGER NOT NULL REFERENCES students (id),
    assignment  TEXT NOT NULL,
    number      INTEGER NOT NULL,         -- as the platform counts, from 1
    files_hash  TEXT NOT NULL,            -- of the paths and bytes of all files; empty if nobody knows any more
    received    TEXT,                     -- ISO 8601, as the platform says it
    group_name  TEXT NOT NULL,            -- empty where everybody works alone
    recorded_at TEXT NOT NULL
);
CREATE INDEX attempts_by_student ON attempts (assignment, student_id, number, id);

CREATE TABLE attempt_files (
    attempt_id INTEGER NOT NULL REFERENCES attempts (id),
    path       TEXT NOT NULL,
    hash       TEXT NOT NULL REFERENCES files (hash),
    PRIMARY KEY (attempt_id, path)
) WITHOUT ROWID;

-- What was graded before attempts were kept: each set of files is an attempt of which no file is known.
INSERT INTO attempts (student_id, assignment, number, files_hash, received, group_name, recorded_at)
SELECT student_id, assignment, 1, '', NULL, '', min(graded_at)
FROM submissions GROUP BY student_id, assignment;
ALTER TABLE submissions ADD COLUMN attempt_id INTEGER REFERENCES attempts (id);
UPDATE submissions SET attempt_id = (
    SELECT id FROM attempts
    WHERE attempts.student_id = submissions.student_id AND attempts.assignment = submissions.assignment
);
CREATE INDEX submissions_by_attempt ON submissions (attempt_id, id);

CREATE TABLE rubrics (
    digest      TEXT PRIMARY KEY,         -- of the rubric, its reference and the program
    assignment  TEXT NOT NULL,
    text        TEXT NOT NULL,            -- the YAML
    recorded_at TEXT NOT NULL
);

CREATE TABLE terms (
    id          INTEGER PRIMARY KEY,      -- the latest of an assignment counts
    assignment  TEXT NOT NULL,
    terms       TEXT NOT NULL,            -- JSON: how marks become a total, see grader/terms.py
    recorded_at TEXT NOT NULL
);
CREATE INDEX terms_by_assignment ON terms (assignment, id);

-- What a verdict was made from: equal digests, equal verdicts. Empty: nobody knows.
ALTER TABLE verdicts ADD COLUMN made_from TEXT NOT NULL DEFAULT '';
-- What a mark keeps beside its points, JSON: ticked items, the group of equal answers, what it undoes.
ALTER TABLE marks ADD COLUMN detail TEXT NOT NULL DEFAULT '{}';

CREATE TABLE remembered (
    id            INTEGER PRIMARY KEY,
    assignment    TEXT NOT NULL,
    part          TEXT NOT NULL,
    answer_text   TEXT NOT NULL,
    notation      TEXT NOT NULL,
    credit        TEXT NOT NULL,          -- a fraction such as 7/10
    comment       TEXT NOT NULL,
    who           TEXT NOT NULL,
    detail        TEXT NOT NULL,          -- JSON
    remembered_at TEXT NOT NULL
);
CREATE INDEX remembered_by_assignment ON remembered (assignment, part, id);

CREATE TABLE remembered_changes (
    id            INTEGER PRIMARY KEY,    -- the latest of a remembered decision says whether it applies
    remembered_id INTEGER NOT NULL REFERENCES remembered (id),
    applies       INTEGER NOT NULL,
    who           TEXT NOT NULL,
    why           TEXT NOT NULL,
    changed_at    TEXT NOT NULL
);
CREATE INDEX changes_by_remembered ON remembered_changes (remembered_id, id);

CREATE TABLE comments (
    id         INTEGER PRIMARY KEY,
    assignment TEXT NOT NULL,
    part       TEXT NOT NULL,             -- empty: fit for every part
    text       TEXT NOT NULL,
    who        TEXT NOT NULL,
    written_at TEXT NOT NULL,
    UNIQUE (assignment, part, text)
);

CREATE TABLE comment_uses (
    mark_id    INTEGER NOT NULL REFERENCES marks (id),
    comment_id INTEGER NOT NULL REFERENCES comments (id),
    PRIMARY KEY (mark_id, comment_id)
) WITHOUT ROWID;

CREATE TABLE flags (
    id         INTEGER PRIMARY KEY,       -- the latest of a student's part says whether it is up
    student_id INTEGER NOT NULL REFERENCES students (id),
    assignment TEXT NOT NULL,
    part       TEXT NOT NULL,
    up         INTEGER NOT NULL,
    who        TEXT NOT NULL,
    why        TEXT NOT NULL,
    flagged_at TEXT NOT NULL
);
CREATE INDEX flags_by_assignment ON flags (assignment, student_id, part, id);
