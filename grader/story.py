"""The story of a number in plain sentences: every row of the gradebook that leads to a mark or a total."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import NamedTuple

from grader.amounts import counted, number, points
from grader.gradebook import MACHINE, MarkRow
from grader.types import Mark, Note, Result


class Line(NamedTuple):
    """One event: when it was (ISO 8601, UTC), who did it, the mark after it, and what happened in words."""

    at: str
    who: str
    mark: str
    said: str


def of_part(rows: Sequence[MarkRow]) -> tuple[Line, ...]:
    """What happened to one part of one student, row by row; `rows` are its history, the oldest first."""
    known = {row.id: row for row in rows}
    lines: list[Line] = []
    previous: MarkRow | None = None
    for row in rows:
        lines.append(Line(row.marked_at, row.who, worth(row), _told(row, previous, known)))
        previous = row
    return tuple(lines)


def _told(row: MarkRow, previous: MarkRow | None, known: dict[int, MarkRow]) -> str:
    detail = row.detail
    if "undoes" in detail:
        undone = known.get(int(detail["undoes"]))
        of = f" {worth(undone)} of {undone.given_by}" if undone else " the mark"
        before = "What the machine gave" if detail["by"] == MACHINE else f"The mark of {detail['by']}"
        return f"Took back{of}. {before} before stands again."
    if "carried" in detail:
        scaled = detail.get("rescaled")
        more = ""
        if scaled:
            more = f" The part gave {scaled[1]} points then and {scaled[0]} was the mark: the share is kept."
        return f"Graded again; the mark of {row.who} stands, because what it rests on is unchanged.{more}"
    if "asks" in detail:
        return _sentence(row.why)
    if detail.get("recalled"):
        return f"{row.why} This answer came later and says the same."
    if row.who == MACHINE:
        if previous is None:
            return _machine(row, "Graded")
        changed = " again" if row.submission != previous.submission else ""
        return _machine(row, f"Graded{changed}")
    shared = " It is one mark for the whole group." if "shared" in detail else ""
    reason = f" {_sentence(row.why)}" if row.why else ""
    if row.points is None:
        return f"Put back on the pile.{reason}{shared}"
    return f"Marked by {row.who}.{reason}{shared}"


def _machine(row: MarkRow, verb: str) -> str:
    waits = "; a person has to decide" if row.points is None else ""
    why = f" {_sentence(row.why)}" if row.why else ""
    return f"{verb} by the machine{waits}.{why}"


def of_mark(mark: Mark) -> Iterator[str]:
    """Why a mark stands as it does: what was found in the answer, and how that became points."""
    verdict = mark.verdict
    if mark.answer is None:
        yield "No answer to this part was found."
    else:
        yield f"The answer stands in {mark.answer.place}."
    yield f"The machine says: {verdict.message}"
    for piece in verdict.evidence:
        if isinstance(piece, Note) and piece.kind in ("convention", "proof", "remark"):
            yield piece.text
    if verdict.credit is None:
        yield "That is no mark: it waits for a person."
    else:
        earned, exact = points(mark.max_points, verdict.credit)
        rounded = "" if exact else ", rounded half up to four places"
        yield f"That is worth {number(earned)} of {counted(mark.max_points, 'point')}{rounded}."
    if mark.who != MACHINE:
        given = "no mark yet" if mark.points is None else counted(mark.points, "point")
        yield f"{mark.who} decided: {given}. {_sentence(mark.why)}".strip()
    elif mark.why:
        yield _sentence(mark.why)


def of_total(result: Result) -> Iterator[str]:
    """How the marks become the total."""
    if result.settled is not None:
        yield from (step.said for step in result.settled.steps)
        if result.settled.waiting:
            low, high = number(result.settled.earned), number(result.settled.possible)
            open_ = counted(result.settled.waiting, "point")
            wait = "waits" if result.settled.waiting == 1 else "wait"
            yield f"{open_} {wait} for a person: the total is {low} to {high}."
        else:
            yield f"The total is {number(result.settled.earned)} of {counted(result.settled.most, 'point')}."
        return
    decided = [mark for mark in result.marks if mark.points is not None]
    earned = sum((mark.points for mark in decided if mark.points is not None), Decimal(0))
    most = sum((mark.max_points for mark in decided), Decimal(0))
    yield f"The marks are added up: {number(earned)} of {counted(most, 'point')}."
    waiting = sum((mark.max_points for mark in result.marks if mark.points is None), Decimal(0))
    if waiting:
        yield f"{number(waiting)} more point{' waits' if waiting == 1 else 's wait'} for a person."


def worth(row: MarkRow) -> str:
    """The mark of a row: `0.7 / 1`, with a dash while it waits."""
    given = "–" if row.points is None else number(row.points)
    return f"{given} / {number(row.max_points)}"


def _sentence(text: str) -> str:
    text = text.strip()
    return text if not text or text.endswith((".", "!", "?")) else f"{text}."
