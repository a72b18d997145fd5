"""What an export is made from, who is in it and who is not, and cells that machines read."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Final, NamedTuple

from grader.amounts import number
from grader.errors import StaffError
from grader.roster import Clue, Found, Person, Roster, clues_of, look_up
from grader.statistics import score as score
from grader.statistics import total
from grader.types import File, Result

# What a spreadsheet may take for a formula, however it is hidden behind blanks and marks nobody sees.
_FORMULA: Final = re.compile(r"[\s\ufeff\u200b-\u200f\u202a-\u202e\u2060]*[=+\-@＝＋－＠]")


@dataclass(frozen=True, slots=True)
class Template:
    """A file that the platform gave out and that it wants back: its name and its bytes."""

    name: str
    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be exported, and with what.

    `column` names the column of the template where it cannot be told, `partial` lets results go out in which
    something still waits for a person; `secret` is the gradebook's, `rubric` its file.
    """

    assignment: str
    title: str
    results: tuple[Result, ...]
    template: Template | None = None
    roster: Roster | None = None
    rubric: Path | None = None
    column: str = ""
    partial: bool = False
    secret: bytes = field(default=b"", repr=False)


class Export(NamedTuple):
    """The files of an export by their paths, and what a person should know: who was left out and why."""

    files: tuple[File, ...]
    remarks: tuple[str, ...] = ()


class Ready(NamedTuple):
    """The results that may go out, and a sentence for each that may not."""

    results: tuple[Result, ...]
    remarks: tuple[str, ...]


class Seat(NamedTuple):
    """A result and the person it belongs to."""

    result: Result
    person: Person


def taken_off(result: Result) -> Decimal:
    """What the rules of the rubric change of the sum of the parts: what is taken off is positive."""
    return total(result.marks).earned - score(result).earned


def ready(order: Order) -> Ready:
    """Everybody whose marks are all decided; the others too if the order is for what there is."""
    waiting = [result for result in order.results if score(result).waiting]
    if order.partial or not waiting:
        return Ready(order.results, ())
    names = ", ".join(result.name or result.student for result in waiting[:8])
    more = f" and {len(waiting) - 8} more" if len(waiting) > 8 else ""
    said = (
        f"Left out, because something still waits for a person: {names}{more}. "
        "Decide it, or add --partial to export the points that are decided."
    )
    out = {result.student for result in waiting}
    return Ready(tuple(result for result in order.results if result.student not in out), (said,))


def seated(results: Iterable[Result], listed: Roster, roster: Roster | None) -> tuple[list[Seat], list[str]]:
    """Each result with its row of the platform's own list, and a sentence for each that has none for sure.

    `roster` is the course's class list: it may know what the platform calls somebody.
    """
    found: dict[str, list[Seat]] = {}
    remarks: list[str] = []
    for result in results:
        meant = _meant(result, listed, roster)
        if len(meant.people) == 1:
            seat = Seat(result, meant.people[0])
            found.setdefault(seat.person.student, []).append(seat)
        else:
            why = meant.why or "This is a group; grade with a class list that says who is in it."
            remarks.append(f"Left out: {result.student}: {why}")
    for seats in found.values():
        if len(seats) > 1:
            keys = " and ".join(repr(seat.result.student) for seat in seats)
            remarks.append(f"Left out: {keys}: both are {seats[0].person} in the list.")
    return [seats[0] for seats in found.values() if len(seats) == 1], remarks


def people(results: Iterable[Result], roster: Roster | None) -> tuple[list[Seat], list[str]]:
    """Each result with its person of the class list; without one, with a person of whom the key is known."""
    if roster is not None:
        return seated(results, roster, None)
    return [Seat(one, Person(one.student, one.name or one.student)) for one in results], []


def needed(template: Template | None, what: str) -> Template:
    """The template.

    Raises:
        StaffError: there is none; `what` says which file the platform gives out.
    """
    if template is None:
        raise StaffError(f"this export is filled into {what}; download it and name it with --template")
    return template


def points(value: Decimal) -> str:
    """Points as every platform reads them: digits with a point, no exponent, no zeros at the end."""
    return number(value)


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet might run a cell, which a machine is to read and which so cannot be defused.

    >>> is_formula("=1+1"), is_formula(" @x"), is_formula("-1.5"), is_formula("jdoe")
    (True, True, False, False)
    """
    return _FORMULA.match(cell) is not None and re.fullmatch(r"-?\d+([.,]\d+)?%?|-", cell) is None


def harmless(seat: Seat, cells: Iterable[str]) -> str | None:
    """Why a row cannot be exported, or None: a name or number in it would be a formula."""
    for cell in cells:
        if is_formula(cell) or "\0" in cell:
            return (
                f"Left out: {seat.result.student}: the cell {cell!r} would be a formula to a spreadsheet. "
                "Enter this mark by hand."
            )
    return None


def heading(title: str) -> str:
    """The title of a column, as it is.

    Raises:
        StaffError: a spreadsheet might run it.
    """
    if is_formula(title):
        raise StaffError(
            f"the column {title!r} would be a formula to a spreadsheet; rename it on the platform"
        )
    return title


def csv_text(rows: Iterable[Sequence[str]], *, delimiter: str = ",", quote_all: bool = False) -> str:
    """Rows as CSV, with the line ends that platforms write."""
    out = io.StringIO()
    quoting: Final = csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
    csv.writer(out, delimiter=delimiter, quoting=quoting, lineterminator="\r\n").writerows(rows)
    return out.getvalue()


def _meant(result: Result, listed: Roster, roster: Roster | None) -> Found:
    own = look_up(listed, clues_of(result.student, result.name))
    if roster is None or len(own.people) == 1:
        return own
    known = look_up(roster, clues_of(result.student, result.name))
    if len(known.people) != 1:
        return own
    return look_up(listed, tuple(_clues(known.people[0])))


def _clues(person: Person) -> Iterator[Clue]:
    facts: Mapping[str, str] = {
        "canvas": person.canvas,
        "moodle": person.moodle,
        "number": person.number,
        "login": person.login,
        "email": person.email,
        "name": person.name,
    }
    yield from (Clue(kind, text) for kind, text in facts.items() if text)
