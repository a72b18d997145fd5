"""Reading results: which grading of which attempt counts for each student, and the marks that stand in it."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Final, NamedTuple

from grader import encoding, terms
from grader.gradebook._rows import answer_of, verdict_of
from grader.terms import Terms
from grader.types import Mark, Result, Settled

# SQLite's own limit on the number of `?` in a statement may be as low as 999.
IDS_PER_QUERY: Final = 500


class Head(NamedTuple):
    """One grading: the row `id` of `submissions`, and the attempt it is of."""

    id: int
    student: str
    name: str
    title: str
    late: bool
    problems: str
    headings: str
    attempt_id: int
    number: int
    received: datetime | None
    group: str
    files_hash: str


class Counting(NamedTuple):
    """The grading that counts for a student, which of the attempts it is, and of how many (from 1)."""

    head: Head
    attempt: int
    attempts: int


def terms_of(connection: sqlite3.Connection, assignment: str) -> Terms:
    """The terms an assignment was last graded with."""
    row = connection.execute(
        "SELECT terms FROM terms WHERE assignment = ? ORDER BY id DESC LIMIT 1", (assignment,)
    ).fetchone()
    return terms.NONE if row is None else terms.from_json(row[0])


def counting(
    connection: sqlite3.Connection, assignment: str, rules: Terms, wanted: Collection[str] | None = None
) -> list[Counting]:
    """By student in order, the grading that counts: of the last attempt, or of the best.

    The best is the one that can still become the most; once nothing waits, it is the one that is the most.
    """
    by_student: defaultdict[str, list[Head]] = defaultdict(list)
    for head in _heads(connection, assignment, wanted):
        if wanted is None or head.student in wanted:
            by_student[head.student].append(head)
    if rules.attempts == "last":
        last = {student: _replaced(heads) for student, heads in by_student.items()}
        return [Counting(heads[-1], len(heads), len(heads)) for heads in last.values()]
    several = [head.id for heads in by_student.values() if len(heads) > 1 for head in heads]
    found = _all_marks(connection, several)

    def promise(head: Head) -> tuple[Decimal, Decimal, int, int]:
        total = _settled(head, found[head.id], rules, 1, 1)
        if total is None:  # pragma: no cover - rules for attempts are rules
            return Decimal(0), Decimal(0), head.number, head.id
        return total.possible, total.earned, head.number, head.id

    chosen = []
    for heads in by_student.values():
        best = heads[0] if len(heads) == 1 else max(heads, key=promise)
        chosen.append(Counting(best, heads.index(best) + 1, len(heads)))
    return chosen


def results(
    connection: sqlite3.Connection, assignment: str, chosen: Sequence[Counting], rules: Terms
) -> Iterator[Result]:
    """The results of the gradings that count, with the marks that stand."""
    for start in range(0, len(chosen), IDS_PER_QUERY):
        chunk = chosen[start : start + IDS_PER_QUERY]
        found = _marks(connection, [one.head.id for one in chunk])
        isolations = _isolations(connection, [one.head.id for one in chunk])
        for head, attempt, attempts in chunk:
            marks = tuple(found.get(head.id, ()))
            yield Result(
                student=head.student,
                name=head.name,
                assignment=assignment,
                title=head.title,
                marks=marks,
                problems=encoding.problems_from_json(head.problems),
                late=bool(head.late),
                headings=encoding.headings_from_json(head.headings),
                settled=_settled(head, marks, rules, attempt, attempts),
                isolation=isolations.get(head.id, ""),
            )


def executed(connection: sqlite3.Connection, submission: int) -> bytes:
    """The notebooks that were run for a grading; empty if none were."""
    row = connection.execute(
        "SELECT notebooks FROM executed WHERE submission_id = ?", (submission,)
    ).fetchone()
    return bytes(row[0]) if row else b""


def _isolations(connection: sqlite3.Connection, submissions: Sequence[int]) -> Mapping[int, str]:
    holes = ",".join("?" * len(submissions))
    # Only numbers of question marks are put into the text, never a value.
    text = f"SELECT submission_id, isolation FROM executed WHERE submission_id IN ({holes})"  # noqa: S608
    return dict(connection.execute(text, list(submissions)).fetchall())


def _settled(head: Head, marks: Sequence[Mark], rules: Terms, attempt: int, attempts: int) -> Settled | None:
    return terms.settle(
        marks,
        rules,
        student=head.student,
        received=head.received,
        late=head.late,
        attempt=attempt,
        attempts=attempts,
    )


def _heads(connection: sqlite3.Connection, assignment: str, wanted: Collection[str] | None) -> Iterator[Head]:
    """The latest grading of every attempt, by student, then in the order of attempts."""
    few = tuple(wanted) if wanted is not None and len(wanted) <= IDS_PER_QUERY else ()
    only = f" AND s.student IN ({','.join('?' * len(few))})" if few else ""
    rows = connection.execute(
        "SELECT g.id, student, name, title, late, g.problems, headings, t.id, t.number, t.received,"  # noqa: S608
        " t.group_name, t.files_hash FROM submissions g JOIN students s ON s.id = g.student_id"
        " JOIN attempts t ON t.id = g.attempt_id"
        " WHERE g.id IN (SELECT max(g.id) FROM submissions g JOIN students s ON s.id = g.student_id"
        f" WHERE assignment = ?{only} GROUP BY attempt_id) ORDER BY student, t.number, g.id",
        (assignment, *few),
    )
    for *row, received, group, files_hash in rows:
        at = None if received is None else datetime.fromisoformat(received)
        yield Head._make((*row, at, group, files_hash))


def _replaced(heads: Sequence[Head]) -> list[Head]:
    """Of each number the latest: files that came again under the same number took the place of the others."""
    return list({head.number: head for head in heads}.values())


def _all_marks(connection: sqlite3.Connection, submissions: Sequence[int]) -> Mapping[int, list[Mark]]:
    found: defaultdict[int, list[Mark]] = defaultdict(list)
    for start in range(0, len(submissions), IDS_PER_QUERY):
        found.update(_marks(connection, submissions[start : start + IDS_PER_QUERY]))
    return found


def _marks(connection: sqlite3.Connection, submissions: Sequence[int]) -> Mapping[int, list[Mark]]:
    """The latest mark of every part, in the order of the rubric, by submission."""
    holes = ",".join("?" * len(submissions))
    rows = connection.execute(
        # Only numbers of question marks are put into the text, never a value.
        "SELECT m.id, m.detail,"  # noqa: S608
        " m.submission_id, m.part, m.title, m.points, m.max_points, m.who, m.why, m.visible,"
        " v.outcome, v.credit, v.code, v.message, v.read, v.mathml, v.evidence,"
        " a.text, a.file, a.cell, a.line, a.notation, a.passage"
        " FROM marks m JOIN verdicts v USING (submission_id, position)"
        " LEFT JOIN answers a USING (submission_id, position)"
        " WHERE m.id IN (SELECT max(id) FROM marks"
        f" WHERE submission_id IN ({holes}) GROUP BY submission_id, position)"
        " ORDER BY m.submission_id, m.position",
        submissions,
    )
    found: defaultdict[int, list[Mark]] = defaultdict(list)
    for identity, kept, submission, part, title, points, max_points, who, why, visible, *rest in rows:
        detail = {} if kept == "{}" else json.loads(kept)
        found[submission].append(
            Mark(
                part=part,
                title=title,
                points=None if points is None else Decimal(points),
                max_points=Decimal(max_points),
                verdict=verdict_of(rest[:7]),
                answer=answer_of(part, rest[7:]),
                # After an undo, the mark that stands again speaks, not who took back the other.
                who=detail.get("by", who),
                why=detail.get("because", why),
                visible=visible,
                detail=detail,
                id=identity,
            )
        )
    return found
