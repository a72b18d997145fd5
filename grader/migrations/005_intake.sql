-- What could not be taken in of an attempt, so that it can be graded again without its folder.

ALTER TABLE attempts ADD COLUMN problems TEXT NOT NULL DEFAULT '[]';   -- JSON, see grader/encoding.py
