"""MarkUs' marks spreadsheet: a column per part, the points it is out of, a row per user name."""

from __future__ import annotations

import re
from typing import Final

from grader.deliver._order import Export, Order, csv_text, harmless, people, points, taken_off
from grader.types import File

CALLED: Final = "MarkUs' marks spreadsheet, to upload under its Grades tab"
NAME: Final = "markus-marks.csv"

_USER: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,59}")


def export(order: Order) -> Export:
    """As MarkUs reads it: names of the items, what they are out of, then the marks; empty while undecided."""
    seats, unknown = people(order.results, order.roster)
    remarks = list(unknown)
    first = order.results[0].marks if order.results else ()
    rows = [
        ("", *(mark.part for mark in first)),
        ("", *(points(mark.max_points) for mark in first)),
    ]
    for seat in sorted(seats, key=lambda seat: seat.result.student):
        user = seat.person.login or seat.person.student
        marks = {mark.part: mark.points for mark in seat.result.marks}
        if not _USER.fullmatch(user):
            remarks.append(
                f"Left out: {seat.result.student}: {user!r} is no MarkUs user name; export with --roster, "
                "a class list with a column user_name."
            )
        elif said := harmless(seat, [user]):
            remarks.append(said)
        else:
            cells = (marks.get(mark.part) for mark in first)
            if less := taken_off(seat.result):
                remarks.append(
                    f"{user}: enter {points(-less)} as an extra mark in MarkUs; the rules of the rubric "
                    "change the total, which the columns of parts cannot say."
                )
            rows.append((user, *("" if cell is None else points(cell) for cell in cells)))
    return Export((File(NAME, csv_text(rows).encode()),), tuple(remarks))
