-- Notebooks as they were run for a submission.

CREATE TABLE executed (
    submission_id INTEGER PRIMARY KEY REFERENCES submissions (id),
    isolation     TEXT NOT NULL,          -- what the walls did not stop; empty where they stop everything
    notebooks     BLOB NOT NULL           -- see grader/executed.py
);
