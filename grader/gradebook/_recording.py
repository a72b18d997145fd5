"""Adding graded submissions: the attempt with its files, what was found in it, the machine's marks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from grader import encoding
from grader.gradebook._carrying import carry, earlier
from grader.gradebook._memory import remembered
from grader.gradebook._records import Attempt, MarkRow, Recording
from grader.gradebook._rows import answer_row, dumped, plain, verdict_row


def add(connection: sqlite3.Connection, recordings: Sequence[Recording], stamp: str) -> frozenset[str]:
    """Adds the marks of some students, and above them those of people that still stand.

    The caller keeps it in one transaction. What comes back are the students whose marks are not all the
    machine's.
    """
    connection.executemany(
        "INSERT INTO students (student) VALUES (?) ON CONFLICT DO NOTHING",
        [(plain(kept.result.student),) for kept in recordings],
    )
    touched: set[str] = set()
    for assignment in dict.fromkeys(kept.result.assignment for kept in recordings):
        of_it = [kept for kept in recordings if kept.result.assignment == assignment]
        before = earlier(connection, assignment, [kept.result.student for kept in of_it])
        applying = {
            int(one.id): (one.credit, one.comment, one.who, one.remembered_at)
            for one in remembered(connection, assignment)
            if one.id is not None
        }
        for kept in of_it:
            rows = _one(connection, kept, stamp)
            if (before or kept.recalled) and carry(connection, kept, rows, before, applying, stamp):
                touched.add(kept.result.student)
    return frozenset(touched)


def _one(connection: sqlite3.Connection, kept: Recording, stamp: str) -> tuple[MarkRow, ...]:
    """Adds one grading; the machine's marks as they stand now."""
    run, many = connection.execute, connection.executemany
    result = kept.result
    student = int(run("SELECT id FROM students WHERE student = ?", (plain(result.student),)).fetchone()[0])
    attempt = _attempt(connection, student, result.assignment, kept.attempt, stamp)
    submission = run(
        "INSERT INTO submissions (student_id, name, assignment, title, late, problems, headings,"
        " submission_hash, rubric_digest, graded_at, attempt_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            student,
            plain(result.name),
            result.assignment,
            result.title,
            int(result.late),
            encoding.problems_to_json(result.problems),
            encoding.headings_to_json(result.headings),
            kept.submission_hash,
            kept.rubric_digest,
            stamp,
            attempt,
        ),
    ).lastrowid
    if result.executed:
        run("INSERT INTO executed VALUES (?, ?, ?)", (submission, result.isolation, result.executed))
    answers: list[tuple[object, ...]] = []
    verdicts: list[tuple[object, ...]] = []
    for position, mark in enumerate(result.marks):
        key = (submission, position, mark.part)
        if mark.answer is not None:
            answers.append((*key, *answer_row(mark.answer)))
        verdicts.append((*key, *verdict_row(mark.verdict), kept.made_from.get(mark.part, "")))
    many("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", answers)
    many("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", verdicts)
    assert submission is not None
    # Numbered by us: one statement for all is several times as fast as asking for each number.
    first = int(run("SELECT coalesce(max(id), 0) + 1 FROM marks").fetchone()[0])
    rows = tuple(
        MarkRow(
            first + position,
            submission,
            plain(result.student),
            result.assignment,
            mark.part,
            mark.points,
            mark.max_points,
            mark.who,
            mark.why,
            stamp,
            mark.detail,
        )
        for position, mark in enumerate(result.marks)
    )
    many(
        "INSERT INTO marks (id, submission_id, position, part, title, points, max_points, who, why,"
        " marked_at, visible, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            (
                *(row.id, submission, position, row.part, mark.title),
                *(None if row.points is None else str(row.points), str(row.max_points)),
                *(row.who, plain(row.why), stamp, mark.visible, dumped(row.detail)),
            )
            for position, (row, mark) in enumerate(zip(rows, result.marks, strict=True))
        ],
    )
    return rows


def _attempt(
    connection: sqlite3.Connection, student: int, assignment: str, given: Attempt, stamp: str
) -> int:
    """The row of an attempt, which is added unless the same files came under the same number before."""
    received = None if given.received is None else given.received.isoformat()
    problems = encoding.problems_to_json(given.problems)
    key = (student, assignment, given.number, given.files_hash, received, plain(given.group), problems)
    known = connection.execute(
        "SELECT id FROM attempts WHERE student_id = ? AND assignment = ? AND number = ? AND files_hash = ?"
        " AND received IS ? AND group_name = ? AND problems = ?",
        key,
    ).fetchone()
    if known is not None:
        return int(known[0])
    new = connection.execute(
        "INSERT INTO attempts (student_id, assignment, number, files_hash, received, group_name, problems,"
        " recorded_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (*key, stamp),
    ).lastrowid
    assert new is not None
    connection.executemany(
        "INSERT INTO files (hash, size, data) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(file.hash, file.size, file.data) for file in given.files],
    )
    connection.executemany(
        "INSERT INTO attempt_files (attempt_id, path, hash) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(new, plain(file.path), file.hash) for file in given.files],
    )
    return new
