"""Whose marks move between two gradings, from what to what, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Final, NamedTuple

from grader.amounts import number
from grader.types import Mark, Result

_GONE: Final = "The rubric no longer has this part."


class Move(NamedTuple):
    """One mark that is another than before; None points wait for a person. `part` is empty for the total."""

    student: str
    name: str
    part: str
    before: Decimal | None
    after: Decimal | None
    why: str


def between(before: Mapping[str, Result], after: Iterable[Result]) -> tuple[Move, ...]:
    """The marks that move, by student in order and then by part; students who are new have no moves."""
    return tuple(
        move for new in after if (old := before.get(new.student)) is not None for move in _of(old, new)
    )


def _of(old: Result, new: Result) -> Iterator[Move]:
    known = {mark.part: mark for mark in old.marks}
    present = {mark.part for mark in new.marks}
    for mark in new.marks:
        was = known.get(mark.part)
        if was is None:
            yield Move(new.student, new.name, mark.part, None, mark.points, f"New part. {_said(mark)}")
        elif was.points != mark.points:
            yield Move(new.student, new.name, mark.part, was.points, mark.points, _why(was, mark))
    for was in old.marks:
        if was.part not in present:
            yield Move(new.student, new.name, was.part, was.points, None, _GONE)
    if old.settled is not None and new.settled is not None and old.settled.earned != new.settled.earned:
        why = _rule(old, new)
        if why:
            yield Move(new.student, new.name, "", old.settled.earned, new.settled.earned, why)


def _why(was: Mark, mark: Mark) -> str:
    said = _said(mark)
    before = was.answer.text.split() if was.answer else None
    now = mark.answer.text.split() if mark.answer else None
    if before != now:
        return f"Another answer. {said}"
    if was.max_points != mark.max_points:
        worth = f"The part gives {number(mark.max_points)} points, not {number(was.max_points)}."
        return worth if was.verdict.credit == mark.verdict.credit else f"{worth} {said}"
    return said


def _said(mark: Mark) -> str:
    return mark.why or mark.verdict.message


def _rule(old: Result, new: Result) -> str:
    """Why a total is another one, where it is not only because of its parts."""
    if old.settled is None or new.settled is None:
        return ""
    before = {step.kind: step.said for step in old.settled.steps}
    now = {step.kind: step.said for step in new.settled.steps if step.kind != "parts"}
    return " ".join(said for kind, said in now.items() if before.get(kind) != said)
