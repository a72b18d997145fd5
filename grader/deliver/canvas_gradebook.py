"""Canvas' gradebook CSV: the downloaded gradebook with one column filled in, so that all ids fit.

As `lib/gradebook_importer.rb` reads it: the fixed columns up to Section, then `Title (id)`; a student is
found by the ID. Rows and columns that are left out stay as they are in Canvas.
"""

from __future__ import annotations

import re
from typing import Final

from grader.deliver._order import Export, Order, harmless, heading, needed, points, ready, score, seated
from grader.deliver._tables import Table, table
from grader.errors import StaffError
from grader.types import File

CALLED: Final = "Canvas' gradebook, to upload under Grades > Import"
NAME: Final = "canvas-gradebook.csv"

_ASSIGNMENT: Final = re.compile(r"(?P<title>.*)\s\((?P<id>\d+)\)", re.DOTALL)
# The importer drops every column in whose title one of these stands, and says nothing.
_DROPPED: Final = re.compile(
    r"Current Score|Current Points|Current Grade|Final Score|Final Points|Final Grade"
    r"|Override Score|Override Grade|Override Status"
)


def export(order: Order) -> Export:
    """The fixed columns of the gradebook and the one of the assignment, a row for each student with marks.

    Raises:
        StaffError: no gradebook, or its column cannot be told.
    """
    sheet = table(needed(order.template, "Canvas' own gradebook (Grades > Export)"))
    section = next((at for at, title in enumerate(sheet.header) if title == "Section"), None)
    if sheet.roster.kind != "Canvas gradebook" or section is None:
        raise StaffError(
            f"{sheet.name} is no Canvas gradebook: its columns are not Student, ID, ..., Section"
        )
    column = _column(sheet, section, order)
    out = ready(order)
    seats, unknown = seated(out.results, sheet.roster, order.roster)
    remarks = [*out.remarks, *unknown]
    rows = []
    for seat in sorted(seats, key=lambda seat: seat.person.line):
        row = sheet.rows[seat.person.line]
        fixed = row[: section + 1]
        if said := harmless(seat, fixed):
            remarks.append(said)
        else:
            rows.append((*fixed, points(score(seat.result).earned)))
    header = (*sheet.header[: section + 1], heading(sheet.header[column]))
    return Export((File(NAME, sheet._replace(header=header).written(rows)),), tuple(remarks))


def _column(sheet: Table, section: int, order: Order) -> int:
    """Where the assignment stands: named by title or id, or the only one that bears the title.

    Raises:
        StaffError: none, several, or one that Canvas would drop.
    """
    found = {
        at: match
        for at, title in enumerate(sheet.header)
        if at > section and (match := _ASSIGNMENT.fullmatch(title)) and not _read_only(sheet, at)
    }
    wanted = order.column or order.title
    named = {"".join(text.casefold().split()) for text in (wanted, "" if order.column else order.assignment)}
    fits = [
        at
        for at, match in found.items()
        if {match["id"], *("".join(text.casefold().split()) for text in (match[0], match["title"]))} & named
    ]
    if len(fits) != 1:
        titles = ", ".join(repr(match[0]) for match in found.values()) or "none"
        raise StaffError(
            f"which column of {sheet.name} is {wanted!r}? Name it with --column; there are: {titles}"
        )
    if _DROPPED.search(sheet.header[fits[0]]):
        raise StaffError(
            f"Canvas would drop the column {sheet.header[fits[0]]!r} without a word, because of its title; "
            "rename the assignment in Canvas and download the gradebook again"
        )
    return fits[0]


def _read_only(sheet: Table, at: int) -> bool:
    return any(
        "Points Possible" in row[0] and at < len(row) and re.search(r"read\s+only", row[at])
        for row in sheet.rows.values()
    )
