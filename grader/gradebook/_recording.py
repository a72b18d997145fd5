"""Adding graded submissions: the attempt with its files, what was found in it, and the machine's marks."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from grader import encoding
from grader.gradebook._records import Attempt, Recording
from grader.gradebook._rows import answer_row, plain, verdict_row


def add(connection: sqlite3.Connection, recordings: Sequence[Recording], stamp: str) -> None:
    """Adds the marks of some students; the caller keeps it in one transaction."""
    run, many = connection.execute, connection.executemany
    many(
        "INSERT INTO students (student) VALUES (?) ON CONFLICT DO NOTHING",
        [(plain(kept.result.student),) for kept in recordings],
    )
    answers: list[tuple[object, ...]] = []
    verdicts: list[tuple[object, ...]] = []
    marks: list[tuple[object, ...]] = []
    for kept in recordings:
        result = kept.result
        student = int(
            run("SELECT id FROM students WHERE student = ?", (plain(result.student),)).fetchone()[0]
        )
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
        for position, mark in enumerate(result.marks):
            key = (submission, position, mark.part)
            if mark.answer is not None:
                answers.append((*key, *answer_row(mark.answer)))
            verdicts.append((*key, *verdict_row(mark.verdict), kept.made_from.get(mark.part, "")))
            points = None if mark.points is None else str(mark.points)
            marks.append(
                (
                    *(*key, mark.title, points, str(mark.max_points)),
                    *(mark.who, plain(mark.why), stamp, mark.visible),
                )
            )
    many("INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", answers)
    many("INSERT INTO verdicts VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", verdicts)
    many(
        "INSERT INTO marks"
        " (submission_id, position, part, title, points, max_points, who, why, marked_at, visible)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        marks,
    )


def _attempt(
    connection: sqlite3.Connection, student: int, assignment: str, given: Attempt, stamp: str
) -> int:
    """The row of an attempt, which is added unless the same files came under the same number before."""
    received = None if given.received is None else given.received.isoformat()
    key = (student, assignment, given.number, given.files_hash, received, plain(given.group))
    known = connection.execute(
        "SELECT id FROM attempts WHERE student_id = ? AND assignment = ? AND number = ? AND files_hash = ?"
        " AND received IS ? AND group_name = ?",
        key,
    ).fetchone()
    if known is not None:
        return int(known[0])
    new = connection.execute(
        "INSERT INTO attempts (student_id, assignment, number, files_hash, received, group_name, recorded_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
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
