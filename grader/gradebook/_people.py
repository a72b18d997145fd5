"""Marks that people give: decided all at once or not at all, never over another's head, and taken back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from grader.errors import StaffError
from grader.gradebook import _memory
from grader.gradebook._records import MACHINE, Conflict, Decision, MarkRow, RememberedDecision
from grader.gradebook._rows import dumped, plain

_COLUMNS: Final = (
    "m.id, m.submission_id, s.student, g.assignment, m.part, m.points, m.max_points,"
    " m.who, m.why, m.marked_at, m.detail"
)
_TABLES: Final = "marks m JOIN submissions g ON g.id = m.submission_id JOIN students s ON s.id = g.student_id"
_MOST_TOLD: Final = 5


def history(
    connection: sqlite3.Connection, assignment: str, student: str, part: str | None
) -> tuple[MarkRow, ...]:
    """Every mark of a student, the oldest first, over all attempts and gradings."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES}"  # noqa: S608 - our own column names
        " WHERE g.assignment = ? AND s.student = ? AND (? IS NULL OR m.part = ?) ORDER BY m.id",
        (assignment, plain(student), part, part),
    )
    return tuple(map(_row, rows))


def since(connection: sqlite3.Connection, assignment: str, mark_id: int) -> tuple[MarkRow, ...]:
    """The marks of an assignment that were added after one, the oldest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE m.id > ? AND g.assignment = ? ORDER BY m.id",  # noqa: S608
        (mark_id, assignment),
    )
    return tuple(map(_row, rows))


def row(connection: sqlite3.Connection, mark_id: int) -> MarkRow | None:
    """One mark by its id."""
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE m.id = ?",  # noqa: S608
        (mark_id,),
    ).fetchone()
    return None if found is None else _row(found)


def add(connection: sqlite3.Connection, before: MarkRow, after: MarkRow) -> MarkRow:
    """Adds a mark in the place of `before`; the id of `after` does not matter."""
    new = connection.execute(
        "INSERT INTO marks (submission_id, position, part, title, points, max_points, who, why, marked_at,"
        " visible, detail) SELECT submission_id, position, part, title, ?, ?, ?, ?, ?, visible, ?"
        " FROM marks WHERE id = ?",
        (
            None if after.points is None else str(after.points),
            str(after.max_points),
            plain(after.who),
            plain(after.why),
            after.marked_at,
            dumped(after.detail),
            before.id,
        ),
    ).lastrowid
    assert new is not None
    connection.executemany(
        "INSERT INTO comment_uses (mark_id, comment_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
        [(new, comment) for comment in after.detail.get("comments", ())],
    )
    return after._replace(id=new)


def decide(
    connection: sqlite3.Connection,
    standing: Mapping[tuple[str, str, str], MarkRow],
    members: Mapping[tuple[str, str], Sequence[str]],
    decisions: Sequence[Decision],
    remember: Sequence[RememberedDecision],
    stamp: str,
) -> tuple[MarkRow, ...]:
    """Adds the marks of some decisions, and of the other members of the groups they are about.

    `standing` are the marks that stand, by assignment, student and part; `members` the other members of a
    student's group, by assignment and student.

    Raises:
        Conflict: a mark that was on the screen is not the one that stands.
        StaffError: points that the part does not give, or two decisions on one part.
    """
    _check(decisions, standing)
    kept = [_memory.remember(connection, each, stamp) for each in remember]
    added: list[MarkRow] = []
    for decision in _with_members(decisions, standing, members):
        before = standing[decision.assignment, decision.student, decision.part]
        detail = dict(decision.detail)
        if len(kept) == 1:
            detail.setdefault("remembered", kept[0].id)
        after = before._replace(
            points=decision.points, who=decision.who, why=decision.why, marked_at=stamp, detail=detail
        )
        added.append(add(connection, before, after))
    return tuple(added)


def undo(connection: sqlite3.Connection, standing: MarkRow, mark_id: int, who: str, stamp: str) -> MarkRow:
    """Adds the mark that stood before `mark_id`, which stands now, by itself or after an undo.

    Raises:
        Conflict: another mark was given since.
        StaffError: it is the first mark, which nobody gave by hand.
    """
    if mark_id not in (standing.id, standing.detail.get("restores")):
        raise Conflict((standing,), f"the mark cannot be taken back: {_told(standing)}")
    undone = standing if mark_id == standing.id else row(connection, mark_id)
    assert undone is not None
    before = _before(connection, undone)
    if before is None or undone.who == MACHINE:
        raise StaffError(
            f"the mark of {standing.student} for {standing.part} was not given by a person, so that there is "
            "nothing to take back; give another one on the review page"
        )
    origin = before if "restores" not in before.detail else row(connection, int(before.detail["restores"]))
    assert origin is not None
    worth = _worth(undone)
    detail = {
        **{key: value for key, value in origin.detail.items() if key != "shared"},
        "undoes": undone.id,
        "restores": origin.id,
        "by": origin.given_by,
        "because": origin.why,
    }
    if "shared" in undone.detail:
        detail["shared"] = undone.detail["shared"]
    after = standing._replace(
        points=origin.points,
        max_points=origin.max_points,
        who=who,
        why=f"Took back {worth} of {undone.given_by}; what stood before stands again.",
        marked_at=stamp,
        detail=detail,
    )
    return add(connection, standing, after)


def _before(connection: sqlite3.Connection, mark: MarkRow) -> MarkRow | None:
    found = connection.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE m.id = (SELECT max(id) FROM marks WHERE id < ?"  # noqa: S608
        " AND submission_id = ? AND position = (SELECT position FROM marks WHERE id = ?))",
        (mark.id, mark.submission, mark.id),
    ).fetchone()
    return None if found is None else _row(found)


def _check(decisions: Sequence[Decision], standing: Mapping[tuple[str, str, str], MarkRow]) -> None:
    seen: set[tuple[str, str, str]] = set()
    late: list[MarkRow] = []
    for decision in decisions:
        key = (decision.assignment, decision.student, decision.part)
        now = standing.get(key)
        if now is None:
            raise StaffError(
                f"there is no part {decision.part!r} of {decision.student!r} in {decision.assignment!r}"
            )
        if key in seen:
            raise StaffError(f"two decisions on {decision.part} of {decision.student}; give one")
        seen.add(key)
        if now.id != decision.expects:
            late.append(now)
        elif decision.points is not None and not _is_given_by(decision.points, now.max_points):
            raise StaffError(
                f"{decision.points} points for {decision.part} of {decision.student}; "
                f"the part gives 0 to {now.max_points}"
            )
    if late:
        told = "\n".join(_told(one) for one in late[:_MOST_TOLD])
        more = f"\n... and {len(late) - _MOST_TOLD} more" if len(late) > _MOST_TOLD else ""
        raise Conflict(tuple(late), f"nothing was written, because in between:\n{told}{more}\nLook again.")


def _is_given_by(points: Decimal, most: Decimal) -> bool:
    return points.is_finite() and 0 <= points <= most


def _with_members(
    decisions: Sequence[Decision],
    standing: Mapping[tuple[str, str, str], MarkRow],
    members: Mapping[tuple[str, str], Sequence[str]],
) -> Iterator[Decision]:
    """The decisions, and the same for group members whose mark is the one the decision was made on.

    A member who was given another mark than the group keeps it.
    """
    given = {(one.assignment, one.student, one.part) for one in decisions}
    for decision in decisions:
        others = members.get((decision.assignment, decision.student), ())
        if not others:
            yield decision
            continue
        detail = {"shared": decision.expects, **decision.detail}
        yield replace(decision, detail=detail)
        before = standing[decision.assignment, decision.student, decision.part]
        for student in others:
            key = (decision.assignment, student, decision.part)
            now = standing.get(key)
            if key in given or now is None:
                continue
            if (now.points, now.given_by, now.max_points) == (
                before.points,
                before.given_by,
                before.max_points,
            ):
                given.add(key)
                yield replace(decision, student=student, expects=now.id, detail=detail)


def _told(mark: MarkRow) -> str:
    because = f" ({mark.why})" if mark.why else ""
    when = mark.marked_at.replace("T", " ").removesuffix("+00:00")
    return f"{mark.who} gave {mark.student} {_worth(mark)} for {mark.part} at {when} UTC{because}"


def _worth(mark: MarkRow) -> str:
    if mark.points is None:
        return "no mark yet"
    return f"{mark.points} of {mark.max_points}"


def _row(row: Iterable[Any]) -> MarkRow:
    identity, submission, student, assignment, part, points, max_points, who, why, marked_at, detail = row
    return MarkRow(
        identity,
        submission,
        student,
        assignment,
        part,
        None if points is None else Decimal(points),
        Decimal(max_points),
        who,
        why,
        marked_at,
        json.loads(detail),
    )


def standing(
    connection: sqlite3.Connection, submissions: Sequence[int]
) -> dict[tuple[str, str, str], MarkRow]:
    """The latest marks of some gradings, by assignment, student and part."""
    holes = ",".join("?" * len(submissions))
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM {_TABLES} WHERE m.id IN (SELECT max(id) FROM marks"  # noqa: S608
        f" WHERE submission_id IN ({holes}) GROUP BY submission_id, position)",
        submissions,
    )
    found = map(_row, rows)
    return {(mark.assignment, mark.student, mark.part): mark for mark in found}
