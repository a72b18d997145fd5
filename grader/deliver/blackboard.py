"""Blackboard's grade column, filled into what `Work Offline > Download Grades` gives out.

A user is found by `Username`, a column by the number behind the bar: `HW 1 [Total Pts: 10 Score] |409586`.
"""

from __future__ import annotations

import re
from typing import Final

from grader.deliver._order import (
    Export,
    Order,
    csv_text,
    harmless,
    heading,
    needed,
    points,
    ready,
    score,
    seated,
)
from grader.deliver._tables import Table, table
from grader.errors import StaffError
from grader.types import File

CALLED: Final = "Blackboard's grades, to upload under Work Offline > Upload Grades"
NAME: Final = "blackboard-grades.csv"

_COLUMN: Final = re.compile(r"(?P<title>.*?)\s*\[Total Pts:[^\]]*\]\s*\|(?P<id>\d+)")


def export(order: Order) -> Export:
    """User names and the one column of the assignment, every cell in quotes, in UTF-8.

    Raises:
        StaffError: no file of grades, or its column cannot be told.
    """
    sheet = table(needed(order.template, "Blackboard's own file (Work Offline > Download Grades)"))
    column, user = _column(sheet, order), sheet.column("Username")
    if user is None:
        raise StaffError(f"{sheet.name} has no column Username; download the grades with user information")
    out = ready(order)
    seats, unknown = seated(out.results, sheet.roster, order.roster)
    remarks = [*out.remarks, *unknown]
    rows = [("Username", heading(sheet.header[column]))]
    for seat in sorted(seats, key=lambda seat: seat.person.line):
        name = sheet.rows[seat.person.line][user]
        if said := harmless(seat, [name]):
            remarks.append(said)
        else:
            rows.append((name, points(score(seat.result).earned)))
    return Export((File(NAME, csv_text(rows, quote_all=True).encode()),), tuple(remarks))


def _column(sheet: Table, order: Order) -> int:
    found = {at: match for at, title in enumerate(sheet.header) if (match := _COLUMN.match(title.strip()))}
    wanted = order.column or order.title
    named = {text.casefold() for text in (wanted, "" if order.column else order.assignment) if text}
    fits = [
        at
        for at, match in found.items()
        if {match["id"], match["title"].casefold(), match[0].casefold()} & named
    ]
    if len(fits) != 1:
        titles = ", ".join(repr(match[0]) for match in found.values()) or "none"
        raise StaffError(
            f"which column of {sheet.name} is {wanted!r}? Name it with --column; there are: {titles}"
        )
    return fits[0]
