"""Who the students of a gradebook are: their rows of the class list, or why that is not known."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from grader.roster import Person, clues_of, load, look_up
from grader.types import Result

People = Mapping[str, Person | str]
"""By the key of a student the person, or why nobody is known for sure."""


def people_of(results: Iterable[Result], roster: Path | None) -> People:
    """Every student's person; without a class list what the key itself says, as in `doejane (123)`.

    Raises:
        StaffError: the class list cannot be read.
    """
    if roster is None:
        return {result.student: _by_key(result) for result in results}
    listed = load(roster)
    found: dict[str, Person | str] = {}
    for result in results:
        meant = look_up(listed, clues_of(result.student, result.name))
        if len(meant.people) == 1:
            found[result.student] = meant.people[0]
        else:
            found[result.student] = meant.why or f"{result.student!r} is a group: grade with the class list"
    return found


def _by_key(result: Result) -> Person:
    number = re.fullmatch(r".* \((\d+)\)", result.student)
    return Person(result.student, result.name or result.student, canvas=number[1] if number else "")
