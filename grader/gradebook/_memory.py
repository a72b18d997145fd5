"""What people leave for later: decisions on equal answers, comments to use again, flags for a second look."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import cast

from grader.errors import StaffError
from grader.gradebook._records import Comment, Flag, MarkRow, RememberedDecision
from grader.gradebook._rows import dumped, plain
from grader.types import Notation


def remember(connection: sqlite3.Connection, given: RememberedDecision, stamp: str) -> RememberedDecision:
    """Keeps a decision; it applies until it is forgotten.

    Raises:
        StaffError: a credit that is not between 0 and 1.
    """
    if not 0 <= given.credit <= 1:
        raise StaffError(f"a credit of {given.credit} cannot be remembered; it is a share from 0 to 1")
    new = connection.execute(
        "INSERT INTO remembered (assignment, part, answer_text, notation, credit, comment, who, detail,"
        " remembered_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            *(given.assignment, given.part, plain(given.answer_text), given.notation, str(given.credit)),
            *(plain(given.comment), plain(given.who), dumped(given.detail), stamp),
        ),
    ).lastrowid
    _change(connection, cast(int, new), True, given.who, "Remembered.", stamp)
    return replace(given, id=new, remembered_at=stamp)


def remembered(connection: sqlite3.Connection, assignment: str) -> tuple[RememberedDecision, ...]:
    """The remembered decisions that apply, the oldest first."""
    rows = connection.execute(
        "SELECT id, part, answer_text, notation, credit, comment, who, detail, remembered_at"
        " FROM remembered r WHERE assignment = ? AND (SELECT applies FROM remembered_changes"
        " WHERE remembered_id = r.id ORDER BY id DESC LIMIT 1) ORDER BY id",
        (assignment,),
    )
    return tuple(
        RememberedDecision(
            assignment,
            part,
            text,
            cast(Notation, notation),
            Fraction(credit),
            comment,
            who,
            json.loads(detail),
            identity,
            at,
        )
        for identity, part, text, notation, credit, comment, who, detail, at in rows
    )


def forget(connection: sqlite3.Connection, remembered_id: int, who: str, why: str, stamp: str) -> None:
    """A remembered decision no longer applies to later submissions; the marks it gave stay.

    Raises:
        StaffError: there is no such decision.
    """
    if connection.execute("SELECT 1 FROM remembered WHERE id = ?", (remembered_id,)).fetchone() is None:
        raise StaffError(f"there is no remembered decision {remembered_id}")
    _change(connection, remembered_id, False, who, why, stamp)


def settle(connection: sqlite3.Connection, undone: MarkRow, restored: MarkRow, stamp: str) -> None:
    """After an undo: a decision none of whose marks stands is forgotten, one that stands again applies."""
    again = restored.detail.get("remembered")
    if again is not None:
        _change(connection, int(again), True, restored.who, "A mark it gave stands again.", stamp)
    gone = undone.detail.get("remembered")
    if gone is None or gone == again:
        return
    (left,) = connection.execute(
        "SELECT count(*) FROM marks WHERE json_extract(detail, '$.remembered') = ?"
        " AND id IN (SELECT max(id) FROM marks WHERE submission_id IN (SELECT submission_id FROM marks"
        " WHERE json_extract(detail, '$.remembered') = ?) GROUP BY submission_id, position)",
        (gone, gone),
    ).fetchone()
    if not left:
        _change(connection, int(gone), False, restored.who, "The last mark it gave was taken back.", stamp)


def _change(
    connection: sqlite3.Connection, remembered_id: int, applies: bool, who: str, why: str, stamp: str
) -> None:
    connection.execute(
        "INSERT INTO remembered_changes (remembered_id, applies, who, why, changed_at)"
        " VALUES (?, ?, ?, ?, ?)",
        (remembered_id, int(applies), plain(who), plain(why), stamp),
    )


def comment(
    connection: sqlite3.Connection, assignment: str, part: str, text: str, who: str, stamp: str
) -> Comment:
    """A comment to use again; the same text for the same part is the same comment."""
    connection.execute(
        "INSERT INTO comments (assignment, part, text, who, written_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT DO NOTHING",
        (assignment, part, plain(text), plain(who), stamp),
    )
    return next(
        one for one in comments(connection, assignment) if (one.part, one.text) == (part, plain(text))
    )


def comments(connection: sqlite3.Connection, assignment: str) -> tuple[Comment, ...]:
    """The comments of an assignment, the most used first."""
    rows = connection.execute(
        "SELECT id, assignment, part, text, who, count(mark_id) AS uses FROM comments"
        " LEFT JOIN comment_uses ON comment_id = id WHERE assignment = ?"
        " GROUP BY id ORDER BY uses DESC, id",
        (assignment,),
    )
    return tuple(Comment(*row) for row in rows)


def flag(
    connection: sqlite3.Connection,
    assignment: str,
    students: Sequence[tuple[str, str]],
    up: bool,
    who: str,
    why: str,
    stamp: str,
) -> None:
    """Puts flags up or takes them down; `students` are (student, part)."""
    connection.executemany(
        "INSERT INTO flags (student_id, assignment, part, up, who, why, flagged_at)"
        " VALUES ((SELECT id FROM students WHERE student = ?), ?, ?, ?, ?, ?, ?)",
        [
            (plain(student), assignment, part, int(up), plain(who), plain(why), stamp)
            for student, part in students
        ],
    )


def flags(connection: sqlite3.Connection, assignment: str) -> tuple[Flag, ...]:
    """The flags that are up, the oldest first."""
    rows = connection.execute(
        "SELECT student, assignment, part, who, why, flagged_at FROM flags"
        " JOIN students ON students.id = student_id WHERE up AND flags.id IN"
        " (SELECT max(id) FROM flags WHERE assignment = ? GROUP BY student_id, part) ORDER BY flags.id",
        (assignment,),
    )
    return tuple(Flag(*row) for row in rows)
