"""What one student is to get: the result, the row of the roster, and a marker by which it is found again."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass

from grader import encoding
from grader.amounts import number
from grader.roster import Person
from grader.types import Mark, Result


@dataclass(frozen=True, slots=True)
class Parcel:
    """One report on its way. `edition` is 1, and one more for every changed report sent before it.

    `person` is the student's row of the class list, `address` what the target made of it.
    """

    result: Result
    person: Person
    address: str
    edition: int
    marker: str

    def report(self) -> str:
        """The page of the student, as HTML."""
        from grader.pages.report import student_page

        return student_page(self.result)


def digest(result: Result) -> str:
    """A digest of what a report says, 64 hex digits.

    Not of the page: a new style sheet is no reason to send a class its reports again.
    """
    said = [
        *(result.assignment, result.title, result.student, result.name, result.late),
        [f"{problem.place}: {problem.message}" for problem in result.problems],
        [_said(mark) for mark in result.marks],
    ]
    if result.settled is not None:
        said.append([str(part) for part in (*result.settled[:4], *result.settled.steps)])
    return hashlib.sha256(json.dumps(said, ensure_ascii=True).encode()).hexdigest()


def _said(mark: Mark) -> list[str | None]:
    verdict = mark.verdict
    shown = [
        *(mark.part, mark.title, None if mark.points is None else number(mark.points)),
        *(number(mark.max_points), mark.who, str(verdict.outcome), mark.visible),
    ]
    if mark.visible != "public":
        return shown
    return [*shown, mark.why, verdict.message, verdict.read, encoding.evidence_to_json(verdict.evidence)]


def marker(target: str, address: str, result: Result, edition: int) -> str:
    """24 hex digits that are the same for the same delivery, whenever and wherever it is tried again."""
    known = [target, address, result.assignment, result.student, str(edition), digest(result)]
    return hashlib.sha256(json.dumps(known, ensure_ascii=True).encode()).hexdigest()[:24]
