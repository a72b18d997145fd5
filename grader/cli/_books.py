"""The gradebook that is meant, and the student in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from grader.cli._students import meant
from grader.errors import StaffError

if TYPE_CHECKING:
    from grader.gradebook import Gradebook
    from grader.terms import Terms
    from grader.types import Result

_PLACES = (".", "graded", "out")


def books(out: Path | None) -> list[Path]:
    """The gradebooks in a folder, or in the usual places.

    Raises:
        StaffError: there is none.
    """
    from grader.pipeline import GRADEBOOK

    roots = [out] if out is not None else [Path(place) for place in _PLACES]
    found = [
        path
        for root in roots
        for path in (root / GRADEBOOK, *sorted(root.glob(f"*/{GRADEBOOK}")))
        if path.is_file()
    ]
    if not found:
        where = f"in {out}" if out is not None else "under graded/ or out/ here"
        raise StaffError(f"there is no gradebook {where}; grade first, or name the folder with --out")
    return list(dict.fromkeys(found))


def student_of(wanted: str, paths: list[Path]) -> str:
    """The key of the student meant by what somebody typed.

    Raises:
        StaffError: nobody or several are meant.
    """
    from grader.gradebook import open_gradebook

    everyone: dict[str, str] = {}
    for path in paths:
        with open_gradebook(path) as book:
            for assignment in book.assignments():
                everyone |= dict(book.students(assignment))
    return meant(wanted, everyone)


def results_of(wanted: str, paths: list[Path]) -> Iterator[tuple[Gradebook, Result]]:
    """The results of the one student meant, from every gradebook and assignment that has any."""
    from grader.gradebook import open_gradebook

    student = student_of(wanted, paths)
    for path in paths:
        with open_gradebook(path) as book:
            for assignment in book.assignments():
                result = book.latest(student, assignment)
                if result is not None:
                    yield book, result


@contextmanager
def the_book(out: Path | None) -> Iterator[Gradebook]:
    """The one gradebook there is.

    Raises:
        StaffError: there is none, or there are several.
    """
    from grader.gradebook import open_gradebook

    found = books(out)
    if len(found) > 1:
        listed = ", ".join(str(path.parent) for path in found[:10])
        raise StaffError(f"there are several gradebooks ({listed}); name the folder of one with --out")
    with open_gradebook(found[0]) as book:
        yield book


def opened_now(results: Iterable[Result], rules: Terms) -> tuple[Result, ...]:
    """The results with the parts shown whose time has come."""
    from grader.hiding import opened

    now = datetime.now(UTC)
    return tuple(opened(result, rules, now) for result in results)
