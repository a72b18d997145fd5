"""Brightspace's CSV of grades: `OrgDefinedId,Username,<Item> Points Grade,End-of-Line Indicator`."""

from __future__ import annotations

from typing import Final

from grader.deliver._order import Export, Order, csv_text, harmless, heading, points, ready, score, seated
from grader.errors import StaffError
from grader.types import File

CALLED: Final = "Brightspace's grades, to import under Grades > Enter Grades > Import"
NAME: Final = "brightspace-grades.csv"


def export(order: Order) -> Export:
    """A row for each student with marks, known by number or user name; the item is --column, else the title.

    Raises:
        StaffError: no class list, or an item whose name is a formula to a spreadsheet.
    """
    roster = order.roster
    if roster is None:
        raise StaffError(
            "Brightspace knows students by OrgDefinedId and Username: name its class list with --roster "
            "(Grades > Export Grades, with both keys)"
        )
    out = ready(order)
    seats, unknown = seated(out.results, roster, None)
    remarks = [*out.remarks, *unknown]
    item = heading(order.column or order.title)
    rows: list[tuple[str, ...]] = [
        ("OrgDefinedId", "Username", f"{item} Points Grade", "End-of-Line Indicator")
    ]
    for seat in sorted(seats, key=lambda seat: seat.person.line):
        person = seat.person
        if not person.number and not person.login:
            remarks.append(
                f"Left out: {seat.result.student}: the class list has neither number nor user name."
            )
        elif said := harmless(seat, (person.number, person.login)):
            remarks.append(said)
        else:
            # The sign before the keys keeps spreadsheets from making numbers of them.
            keys = tuple(f"#{key}" if key else "" for key in (person.number, person.login))
            rows.append((*keys, points(score(seat.result).earned), "#"))
    return Export((File(NAME, csv_text(rows).encode()),), tuple(remarks))
