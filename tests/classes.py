"""A small class in a gradebook, for tests that send reports."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from test_gradebook import result

from grader.gradebook import Recording, open_gradebook
from grader.pipeline import GRADEBOOK
from grader.types import Result


def graded(
    out: Path,
    students: list[str],
    worth: str | None = "0.25",
    assignment: str = "hw2",
    change: Callable[[Result], Result] = lambda made: made,
) -> Path:
    """Marks for some students, in a gradebook under `out`."""
    out.mkdir(exist_ok=True)
    with open_gradebook(out / GRADEBOOK) as book:
        book.record(
            Recording(change(of(student, worth, assignment)), f"{student}{worth}", "r1")
            for student in students
        )
    return out


def of(student: str, worth: str | None = "0.25", assignment: str = "hw2") -> Result:
    """The result of one student; `worth` are the points of the first part, None for one that waits."""
    made = result(student, assignment, worth)
    return replace(made, marks=(*made.marks, replace(made.marks[0], part="3", points=Decimal("0.5"))))


def roster(path: Path, students: list[str], **columns: str) -> Path:
    """A roster with an address for everybody; `columns` hold `{}` for the number of the student."""
    head = ["student", "email", *columns]
    rows = [
        [student, f"{student}@example.edu", *(form.format(number) for form in columns.values())]
        for number, student in enumerate(students, start=1)
    ]
    path.write_text("\n".join(",".join(row) for row in [head, *rows]) + "\n", "utf-8")
    return path
