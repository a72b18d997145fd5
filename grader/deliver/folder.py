"""A folder with every report and the table of marks, for whoever hands them out by other means."""

from __future__ import annotations

from typing import Final

from grader.deliver._order import Export, Order, ready
from grader.files import report_name
from grader.types import File

CALLED: Final = "a folder of reports with marks.csv"
NAME: Final = "reports"


def export(order: Order) -> Export:
    """One HTML file per student, named by the key, and `marks.csv` for people, its formulas defused."""
    from grader.pages.report import student_page
    from grader.table import marks_csv

    out = ready(order)
    files = [
        File(report_name(one.student), student_page(one).encode("utf-8", "backslashreplace"))
        for one in out.results
    ]
    table = File("marks.csv", marks_csv(out.results).encode("utf-8", "backslashreplace"))
    return Export((*files, table), out.remarks)
