"""What becomes of people's marks when a student is graded again.

A person's mark was given on an answer and on what the machine said of it. Where both are as they were, the
mark stands in the new grading too. Where they are not, the part waits, and says what the person had given;
only if the machine now gives the same points there is nothing left to ask.
"""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from grader.amounts import points
from grader.gradebook._people import add
from grader.gradebook._records import MACHINE, MarkRow, Recording
from grader.gradebook._rows import plain
from grader.types import Answer, Checklist, Mark, Verdict

_STUDENTS_PER_QUERY: Final = 500


class Evidence(NamedTuple):
    """What a mark rests on: the answer as it was read, and what the machine said of it."""

    text: str | None
    notation: str
    passage: str
    outcome: str
    credit: Fraction | None
    code: str
    items: tuple[tuple[str, ...], ...]


class Given(NamedTuple):
    """A mark that stood in an earlier grading, with what it rests on."""

    mark: MarkRow
    evidence: Evidence

    @property
    def is_a_persons(self) -> bool:
        """Whether a person gave it, or it waits because of one that a person gave."""
        return self.mark.given_by != MACHINE or "asks" in self.mark.detail


def earlier(
    connection: sqlite3.Connection, assignment: str, students: Iterable[str]
) -> Mapping[tuple[str, str], Sequence[Given]]:
    """By student and part, the marks that stood in each of the gradings so far, the newest first.

    Only of parts that a person ever marked.
    """
    found: defaultdict[tuple[str, str], list[Given]] = defaultdict(list)
    names = sorted({plain(student) for student in students})
    for start in range(0, len(names), _STUDENTS_PER_QUERY):
        chunk = names[start : start + _STUDENTS_PER_QUERY]
        holes = ",".join("?" * len(chunk))
        rows = connection.execute(
            "WITH mine AS (SELECT m.id, m.submission_id, m.position, m.part, m.who, m.detail, g.student_id"  # noqa: S608
            " FROM submissions g JOIN students s ON s.id = g.student_id"
            " JOIN marks m ON m.submission_id = g.id"
            f" WHERE g.assignment = ? AND s.student IN ({holes})),"
            " touched AS (SELECT DISTINCT student_id, part FROM mine"
            " WHERE who != 'machine' OR json_extract(detail, '$.asks') IS NOT NULL)"
            " SELECT s.student, m.id, m.submission_id, m.part, m.points, m.max_points, m.who, m.why,"
            " m.marked_at, m.detail, a.text, a.notation, a.passage,"
            " v.outcome, v.credit, v.code, v.evidence"
            " FROM marks m JOIN submissions g ON g.id = m.submission_id"
            " JOIN students s ON s.id = g.student_id"
            " JOIN verdicts v ON v.submission_id = m.submission_id AND v.position = m.position"
            " LEFT JOIN answers a ON a.submission_id = m.submission_id AND a.position = m.position"
            " WHERE m.id IN (SELECT max(mine.id) FROM mine JOIN touched USING (student_id, part)"
            " GROUP BY mine.submission_id, mine.position) ORDER BY m.id DESC",
            (assignment, *chunk),
        )
        for student, identity, submission, part, worth, most, who, why, at, detail, *rest in rows:
            mark = MarkRow(
                identity,
                submission,
                student,
                assignment,
                part,
                None if worth is None else Decimal(worth),
                Decimal(most),
                who,
                why,
                at,
                json.loads(detail),
            )
            found[student, part].append(Given(mark, _stored(rest)))
    return found


def carry(
    connection: sqlite3.Connection,
    recording: Recording,
    rows: Sequence[MarkRow],
    before: Mapping[tuple[str, str], Sequence[Given]],
    applying: Mapping[int, tuple[Fraction, str, str, str]],
    stamp: str,
) -> int:
    """Adds, above the machine's marks of a grading (`rows`), those of people; how many there were.

    `before` is what `earlier` found; `applying` are the remembered decisions that apply by id: the credit,
    the comment, who, and when.
    """
    added = 0
    for machine, mark in zip(rows, recording.result.marks, strict=True):
        given = before.get((machine.student, machine.part), ())
        after = (
            _carried(machine, mark, given, applying)
            or _recalled(machine, mark, recording.recalled, applying)
            or _asked(machine, given)
        )
        if after is not None:
            add(connection, machine, after._replace(marked_at=stamp))
            added += 1
    return added


def _carried(
    machine: MarkRow, mark: Mark, given: Sequence[Given], applying: Mapping[int, Any]
) -> MarkRow | None:
    """The mark of the newest grading with the same evidence, if a person gave it."""
    now = evidence_of(mark.answer, mark.verdict)
    old = next((one for one in given if one.evidence == now), None)
    if old is None or not old.is_a_persons:
        return None
    was = old.mark
    if "recalled" in was.detail and was.detail.get("remembered") not in applying:
        return None
    detail = {key: value for key, value in was.detail.items() if key not in _OF_ONE_ROW}
    detail["carried"] = was.id
    worth, why = was.points, str(was.detail.get("because", was.why))
    if was.points is not None and was.max_points != machine.max_points:
        if not was.max_points:
            return None
        worth, _ = points(machine.max_points, Fraction(was.points) / Fraction(was.max_points))
        detail["rescaled"] = [str(was.points), str(was.max_points)]
    return machine._replace(points=worth, who=was.given_by, why=why, detail=detail)


_OF_ONE_ROW: Final = ("undoes", "restores", "by", "because", "carried", "rescaled")


def _recalled(
    machine: MarkRow,
    mark: Mark,
    recalled: Mapping[str, int],
    applying: Mapping[int, tuple[Fraction, str, str, str]],
) -> MarkRow | None:
    """The mark of a remembered decision that the answer falls under."""
    identity = recalled.get(mark.part)
    if identity is None or identity not in applying:
        return None
    credit, comment, who, at = applying[identity]
    worth, _ = points(machine.max_points, credit)
    day = at.partition("T")[0]
    note = f"Decided by {who} on {day} for all answers that say the same."
    detail = {"remembered": identity, "recalled": True}
    return machine._replace(points=worth, who=who, why=f"{comment} {note}".strip(), detail=detail)


def _asked(machine: MarkRow, given: Sequence[Given]) -> MarkRow | None:
    """The part waits again if the last to mark it was a person, and the machine does not say the same."""
    if not given or not given[0].is_a_persons:
        return None
    was = given[0].mark
    had = was.detail.get("had", was.points)
    by = was.detail.get("asked", was.given_by)
    if machine.points is not None and had is not None and Decimal(had) == machine.points:
        return None
    if machine.points is None and had is None:
        return None
    gave = "left it open" if had is None else f"had given {had} of {was.max_points} points"
    why = f"{by} {gave}; since then the answer or what is found in it has changed, so a person looks again."
    detail = {"asks": was.id, "had": None if had is None else str(had), "asked": by}
    return machine._replace(points=None, why=why, detail=detail)


def evidence_of(answer: Answer | None, verdict: Verdict) -> Evidence:
    """What a mark on an answer rests on."""
    items = tuple(tuple(piece.items) for piece in verdict.evidence if isinstance(piece, Checklist))
    return Evidence(
        None if answer is None else " ".join(plain(answer.text).split()),
        "" if answer is None else answer.notation,
        # Where a person reads, the words around the answer are part of it.
        " ".join(plain(answer.passage).split()) if answer is not None and items else "",
        str(verdict.outcome),
        verdict.credit,
        verdict.code,
        items,
    )


def _stored(row: Sequence[Any]) -> Evidence:
    text, notation, passage, outcome, credit, code, evidence = row
    items = tuple(
        tuple(body[0])
        for piece in json.loads(evidence)
        for kind, body in piece.items()
        if kind == "checklist"
    )
    return Evidence(
        None if text is None else " ".join(text.split()),
        notation or "",
        " ".join(passage.split()) if text is not None and items else "",
        outcome,
        None if credit is None else Fraction(credit),
        code,
        items,
    )
