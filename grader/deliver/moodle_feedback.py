"""Moodle's zip of feedback files: one folder per participant of the worksheet, members of teams one each.

As `mod/assign/feedback/file/importziplib.php` reads it: the second field between underscores is the number of
the participant; the name before it is for people only.
"""

from __future__ import annotations

import re
from typing import Final

from grader.deliver._order import Export, Order, needed, ready, seated
from grader.deliver._tables import table
from grader.errors import StaffError
from grader.types import File

CALLED: Final = (
    "Moodle's feedback files, to upload under Grading action > Upload multiple feedback files in a zip"
)
NAME: Final = "moodle-feedback.zip"


def export(order: Order) -> Export:
    """A report for every participant with marks, in `<Full name>_<number>_assignsubmission_file/`.

    Raises:
        StaffError: no worksheet of this assignment.
    """
    from grader.pages.report import student_page

    sheet = table(needed(order.template, "the worksheet of this assignment (Download grading worksheet)"))
    if not any(person.moodle for person in sheet.roster.people):
        raise StaffError(f"{sheet.name} has no participant numbers; download the grading worksheet of Moodle")
    out = ready(order)
    # A folder of a team bears the number of the group, which may be another participant's: never that one.
    seats, unknown = seated(out.results, sheet.roster, order.roster)
    files = [
        File(
            f"{_name(seat.person.name)}_{seat.person.moodle}_assignsubmission_file/report.html",
            student_page(seat.result).encode("utf-8", "backslashreplace"),
        )
        for seat in sorted(seats, key=lambda seat: seat.person.line)
    ]
    return Export(tuple(files), (*out.remarks, *unknown))


def _name(name: str) -> str:
    """A name without what separates fields or folders."""
    return " ".join(re.sub(r'[_/\\:*?"<>|\x00-\x1f]', " ", name).split()).lstrip(".~ ") or "Participant"
