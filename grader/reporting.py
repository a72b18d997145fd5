"""Writes all pages of a class again from its gradebook: reports, overview, and the pages of the staff."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from grader import files, hiding, pictures, statistics, table
from grader.gradebook import Gradebook
from grader.types import Problem


class Written(NamedTuple):
    """What was written of one assignment; `waiting` parts are not shown to students yet, `opens` says when.

    `failed` are pages that could not be made, and why.
    """

    assignment: str
    title: str
    folder: Path
    reports: tuple[Path, ...]
    closed: int
    opens: tuple[datetime, ...]
    failed: tuple[Problem, ...]


def write(
    book: Gradebook,
    out: Path,
    *,
    now: datetime,
    since: datetime | None = None,
    progress: Callable[[int], None] = lambda _: None,
) -> tuple[Written, ...]:
    """Writes the pages of every assignment in a gradebook; `since` is when the last reports were given out.

    Raises:
        MachineError: the disk is full, or the folder cannot be written.
    """
    names = book.assignments()
    return tuple(_assignment(book, name, _folder(out, name, names), now, since, progress) for name in names)


def _folder(out: Path, assignment: str, all_of_them: Sequence[str]) -> Path:
    """Where grading put the assignment: in `out` itself, or below it."""
    below = out / files.report_name(assignment)[: -len(".html")]
    return below if len(all_of_them) > 1 and below.is_dir() else out


def _assignment(
    book: Gradebook,
    assignment: str,
    folder: Path,
    now: datetime,
    since: datetime | None,
    progress: Callable[[int], None],
) -> Written:
    from grader.pages import report, staff
    from grader.types import Place

    for name in ("reports", "staff"):
        files.make_folder(folder / name)
    rules = book.terms(assignment)
    results = list(book.results(assignment))
    closed: set[str] = set()
    opens: set[datetime] = set()
    written: list[Path] = []
    failed: list[Problem] = []
    for count, one in enumerate(results, 1):
        name = files.report_name(one.student)
        whole = book.latest(one.student, assignment, since=since) or one
        whole = hiding.opened(whole, rules, now)
        closed |= {mark.part for mark in whole.marks if mark.visible != "public"}
        opens |= {at for at in whole.opens.values() if closed}
        whole = pictures.with_pictures(whole, book.files(assignment, one.student))
        try:
            page = report.student_page(whole)
            sheet = staff.StaffSheet(whole, book.history(assignment, one.student))
            files.write_whole(folder / "staff" / name, staff.staff_page(sheet))
        except (TypeError, ValueError, KeyError, AttributeError, IndexError, ArithmeticError) as error:
            failed.append(Problem(Place(one.student), f"{type(error).__name__}: {error}"))
            page = report.fallback
        files.write_whole(folder / "reports" / name, page)
        written.append(folder / "reports" / name)
        progress(count)
    hrefs = {one.student: f"reports/{files.report_name(one.student)}" for one in results}
    overview = statistics.overview(
        results,
        book.lost(assignment),
        hrefs=hrefs,
        staff_hrefs={one.student: f"staff/{files.report_name(one.student)}" for one in results},
        history=book.marks_since(assignment, 0),
    )
    files.write_whole(folder / "marks.csv", table.marks_csv(results))
    files.write_whole(folder / "index.html", report.class_page(overview))
    return Written(
        assignment,
        overview.title or assignment,
        folder,
        tuple(written),
        len(closed),
        tuple(sorted(opens)),
        tuple(failed),
    )
