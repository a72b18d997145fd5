"""The CSV of nbgrader's `export`: one row per student and assignment."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from grader.deliver._order import Export, Order, csv_text, harmless, people, points, ready, score, taken_off
from grader.types import File, Result

CALLED: Final = "a CSV with the columns of nbgrader export"
NAME: Final = "nbgrader-grades.csv"
HEADER: Final = (
    *("assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email"),
    *("raw_score", "late_submission_penalty", "score", "max_score"),
)


def export(order: Order) -> Export:
    """Raw score, what the rules of the rubric take off (nbgrader knows lateness alone), and the score."""
    out = ready(order)
    seats, unknown = people(out.results, order.roster)
    remarks = [*out.remarks, *unknown]
    rows: list[tuple[str, ...]] = [HEADER]
    for seat in sorted(seats, key=lambda seat: seat.result.student):
        first, _, last = seat.person.name.rpartition(" ")
        # nbgrader's student is the folder that was handed in.
        student = seat.person.folder or seat.person.student
        who = (student, last, first, seat.person.email)
        if said := harmless(seat, who):
            remarks.append(said)
            continue
        earned, less = score(seat.result).earned, taken_off(seat.result)
        worth = (earned + less, less, earned, _maximum(seat.result))
        rows.append((order.assignment, "", "", *who, *map(points, worth)))
    return Export((File(NAME, csv_text(rows).encode()),), tuple(remarks))


def _maximum(result: Result) -> Decimal:
    if result.settled is not None:
        return result.settled.most
    return sum((mark.max_points for mark in result.marks), Decimal(0))
