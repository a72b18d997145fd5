"""Moodle's offline grading worksheet, filled in: the same headers, cells and dates, only grades are new.

As `mod/assign/feedback/offline/importgradeslib.php` reads it: `Identifier` finds the participant, the grade
is read with the decimal sign of the site's language, and `Last modified (grade)` must not be older than a
grade given in Moodle since.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Final, NamedTuple

from grader.deliver._order import Export, Order, harmless, needed, points, ready, score, seated
from grader.deliver._tables import Table, table
from grader.errors import StaffError
from grader.times import read_time
from grader.types import File

CALLED: Final = "Moodle's grading worksheet, to upload under Grading action > Upload grading worksheet"
NAME: Final = "moodle-grades.csv"

_NUMBER: Final = re.compile(r"-?\d+(?:[.,]\d+)?")


class _Columns(NamedTuple):
    """Where the grade, its maximum and, if it was found, the rest stands."""

    grade: int
    maximum: int
    changeable: int | None
    graded: int | None
    comments: int | None


def export(order: Order) -> Export:
    """The rows of everybody with marks; rows that Moodle would pass over in silence are told instead.

    Raises:
        StaffError: no worksheet, or one for a scale.
    """
    sheet = table(needed(order.template, "the worksheet of this assignment (Download grading worksheet)"))
    columns = _columns(sheet)
    comma = any("," in _cell(row, columns.maximum) for row in sheet.rows.values())
    out = ready(order)
    seats, unknown = seated(out.results, sheet.roster, order.roster)
    remarks = [*out.remarks, *unknown]
    rows: list[tuple[str, ...]] = []
    for seat in sorted(seats, key=lambda seat: seat.person.line):
        row = sheet.rows[seat.person.line]
        earned, maximum = score(seat.result).earned, _decimal(_cell(row, columns.maximum))
        who = f"Left out: {seat.result.student}: "
        if maximum is not None and earned > maximum:
            remarks.append(f"{who}{points(earned)} points are more than the maximum, {points(maximum)}.")
        elif columns.changeable is not None and _cell(row, columns.changeable).casefold() in _NO:
            remarks.append(f"{who}the grade is locked in Moodle.")
        # What staff wrote may begin with a dash; what students chose may not.
        elif said := harmless(seat, (cell for at, cell in enumerate(row) if at != columns.comments)):
            remarks.append(said)
        else:
            grade = points(earned).replace(".", ",") if comma else points(earned)
            rows.append((*row[: columns.grade], grade, *row[columns.grade + 1 :]))
    remarks += _dates(columns, rows)
    return Export((File(NAME, sheet.written(rows)),), tuple(remarks))


# "Grade can be changed" says No in the language of the site.
_NO: Final = frozenset({"no", "nein", "non", "nee", "não", "нет", "nej", "nie"})


def _columns(sheet: Table) -> _Columns:
    """The columns by their English titles, else by what stands in them: a number the same for everybody.

    Raises:
        StaffError: there is no column of grades with a maximum.
    """
    if "Scale" in sheet.header:
        raise StaffError(f"{sheet.name} grades on a scale, which points cannot be; set the grade to points")
    maximum = sheet.column("Maximum Grade")
    if maximum is None:
        same = [
            at
            for at in range(2, len(sheet.header))
            if len(cells := {_cell(row, at) for row in sheet.rows.values()}) == 1
            and _NUMBER.fullmatch(cells.pop())
        ]
        maximum = same[0] if same else None
    grade = sheet.column("Grade")
    grade = grade if grade is not None or maximum is None else maximum - 1
    if maximum is None or grade is None:
        raise StaffError(
            f"{sheet.name} has no columns Grade and Maximum Grade; download the worksheet of this assignment "
            "(Download grading worksheet), best with Moodle in English"
        )
    graded = sheet.column("Last modified (grade)")
    changeable, comments = sheet.column("Grade can be changed"), sheet.column("Feedback comments")
    return _Columns(grade, maximum, changeable, graded, comments)


def _dates(columns: _Columns, rows: Iterable[tuple[str, ...]]) -> list[str]:
    """What Moodle makes of dates: those it cannot read are taken for the year 1970, and then all is stale."""
    if columns.graded is None:
        said = "The column `Last modified (grade)` was not found by its English name."
    else:
        cells = {_cell(row, columns.graded) for row in rows} - {"-", ""}
        if all(read_time(cell) for cell in cells):
            return []
        said = "Moodle may not understand the dates in `Last modified (grade)`."
    return [f"{said} Tick `Allow updating records that have been modified more recently` when you upload."]


def _cell(row: tuple[str, ...], at: int) -> str:
    return row[at].strip() if at < len(row) else ""


def _decimal(text: str) -> Decimal | None:
    return Decimal(text.replace(",", ".")) if _NUMBER.fullmatch(text) else None
