-- What was sent to whom: one row for each step of each delivery, so that nobody gets anything twice.

CREATE TABLE deliveries (
    id         INTEGER PRIMARY KEY,
    target     TEXT NOT NULL,             -- email, canvas, ...
    assignment TEXT NOT NULL,
    student    TEXT NOT NULL,             -- the key in the gradebook
    address    TEXT NOT NULL,             -- where it goes: an e-mail address, a place on a platform
    edition    INTEGER NOT NULL,          -- 1, and one more for each changed report that was sent after it
    digest     TEXT NOT NULL,             -- of what the report says
    marker     TEXT NOT NULL,             -- by which the delivery can be found at its target
    state      TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'sent', 'failed', 'unknown')),
    at         TEXT NOT NULL,             -- ISO 8601, UTC
    detail     TEXT NOT NULL              -- for people: what the server said, what it calls the delivery
);
CREATE INDEX deliveries_by_student ON deliveries (target, assignment, student, id);
