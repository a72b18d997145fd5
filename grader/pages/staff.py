"""The page the staff gets of one student: all of every verdict, and every row behind each mark."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grader import story
from grader.gradebook import MarkRow
from grader.html import visible
from grader.pages import report
from grader.pages.comments import comment_html
from grader.pages.part import ForStaff
from grader.pages.rendering import render
from grader.types import Mark, Result, Visibility

BANNER = "For the staff: with what students are not shown. Do not hand this page out."
_HIDDEN: Mapping[Visibility, str] = {
    "public": "",
    "after due": "The student sees the points alone until the due date.",
    "after published": "The student sees the points alone until the marks are published.",
    "hidden": "The student sees the points alone.",
}


class StaffSheet(NamedTuple):
    """One student for the staff: the result that counts, and all their rows, the oldest first."""

    result: Result
    rows: Sequence[MarkRow]


def staff_page(sheet: StaffSheet) -> str:
    """The page: one self-contained HTML file, the same for the same sheet."""
    rows: dict[str, list[MarkRow]] = {}
    for row in sheet.rows:
        rows.setdefault(row.part, []).append(row)
    about = {mark.part: _for_staff(mark, rows.get(mark.part, ())) for mark in sheet.result.marks}
    return render("student.html.j2", report.values(sheet.result, about) | {"staff": BANNER})


def _for_staff(mark: Mark, rows: Sequence[MarkRow]) -> ForStaff:
    return ForStaff(
        visible(mark.verdict.code),
        _HIDDEN[mark.visible],
        [
            (line.at[:16].replace("T", " "), visible(line.who), visible(line.mark), comment_html(line.said))
            for line in story.of_part(rows)
        ],
    )
