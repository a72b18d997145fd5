"""The page a student gets: what was read, what was found, and where the marks went."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType
from typing import Final, NamedTuple

from grader.amounts import counted, number
from grader.hiding import HIDDEN, covered
from grader.html import Html, visible
from grader.pages.charts import definitions, icon, stacked_bar
from grader.pages.comments import comment_html
from grader.pages.notebook import notebooks
from grader.pages.overview import class_page
from grader.pages.part import ForStaff, Part, anchor_of, shown_part, shown_picture
from grader.pages.rendering import render
from grader.pages.words import LABELS
from grader.statistics import Total, score, total
from grader.types import Mark, Picture, Problem, Result, Step

__all__ = ["HIDDEN", "LABELS", "class_page", "fallback", "student_page"]

WEIGHTS: Final = (("correct", "earned"), ("lost", "not earned"), ("undecided", "waiting for a person"))

# Written in place of a report that could not be made, so that no student is left without a page.
_WEAKER: Final = "The staff had this code run without full isolation:"
fallback: Final = """<!DOCTYPE html>
<html lang="en">
<head>
<meta http-equiv="Content-Security-Policy" content="default-src 'none'">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Report not available</title>
</head>
<body>
<main>
<h1>This report could not be made</h1>
<p>The submission was received and its marks are kept. Only this page is missing, and that is no fault of
yours. Please tell the course staff: they find the marks in the gradebook and the reason in the summary of
the run.</p>
</main>
</body>
</html>
"""


class _Section(NamedTuple):
    anchor: str
    number: str
    title: str
    bar: Html
    points: str
    waiting: str
    parts: Sequence[Part]


class _Change(NamedTuple):
    part: str
    anchor: str
    title: str
    before: str
    after: str
    said: Html


def student_page(result: Result) -> str:
    """The report of one student: one self-contained HTML file, the same for the same result."""
    return render("student.html.j2", values(covered(result)) | {"staff": ""})


def values(result: Result, for_staff: Mapping[str, ForStaff] = MappingProxyType({})) -> dict[str, object]:
    """What a page about one student is made of; all of `result` is shown, and `for_staff` by part."""
    groups: dict[str, list[Mark]] = {}
    for mark in result.marks:
        groups.setdefault(_section_of(mark.part), []).append(mark)
    pictures: dict[str, list[Picture]] = {}
    for picture in result.pictures:
        pictures.setdefault(picture.part, []).append(picture)

    def section(key: str, marks: Sequence[Mark]) -> _Section:
        parts = [shown_part(mark, pictures.get(mark.part, ()), for_staff.get(mark.part)) for mark in marks]
        return _section(key, marks, result.headings.get(key, ""), parts)

    whole = score(result)
    return {
        "definitions": definitions(),
        "title": visible(result.title or result.assignment),
        "assignment": visible(result.assignment),
        "name": visible(result.name or result.student),
        "student": visible(result.student) if result.name not in ("", result.student) else "",
        "late": result.late,
        "earned": number(whole.earned),
        "decided": _decided(whole),
        "waiting": _waiting(whole.waiting),
        "nothing_decided": not any(mark.points is not None for mark in result.marks),
        "steps": [visible(step.said) for step in _steps(result)],
        "changes": _changes(result),
        "problems": [_problem(problem) for problem in result.problems],
        "sections": [section(key, marks) for key, marks in groups.items()],
        "pictures": [shown_picture(one) for one in pictures.get("", ())],
        "isolation": visible(f"{_WEAKER} {result.isolation}.") if result.isolation else "",
        "notebooks": notebooks(result.executed),
        "weights": WEIGHTS,
        "labels": [(icon(outcome.value), label) for outcome, label in LABELS.items()],
    }


def _changes(result: Result) -> list[_Change]:
    titles = {mark.part: (mark.title, mark.max_points) for mark in result.marks}
    shown = []
    for change in result.changes:
        title, most = titles.get(change.part, ("", None))
        before = "waited for a person" if change.before is None else number(change.before)
        after = "waits for a person" if change.after is None else number(change.after)
        of = "" if most is None or change.after is None else f" of {counted(most, 'point')}"
        shown.append(
            _Change(
                visible(change.part),
                anchor_of(change.part) if title or most is not None else "",
                visible(title),
                before,
                f"{after}{of}",
                comment_html(change.said),
            )
        )
    return shown


def _steps(result: Result) -> Sequence[Step]:
    """How the marks become the total, where more is done than adding them up."""
    if result.settled is None or len(result.settled.steps) < 2:
        return ()
    return result.settled.steps


def _decided(whole: Total) -> str:
    return f"of {counted(whole.decided, 'point')}{' decided' if whole.waiting else ''}"


def _waiting(points: Decimal) -> str:
    if not points:
        return ""
    return f"{counted(points, 'point')} wait{'s' if points == 1 else ''} for a person"


def _problem(problem: Problem) -> tuple[str, str]:
    return visible(str(problem.place)), visible(problem.message)


def _section_of(part: str) -> str:
    """The first number of a part's id; parts without one share a section of their own."""
    leading = re.match(r"[0-9]+", part)
    return leading[0] if leading else ""


def _section(key: str, marks: Sequence[Mark], title: str, parts: Sequence[Part]) -> _Section:
    sums = total(marks)
    lost = sums.decided - sums.earned
    return _Section(
        anchor=f"section-{key or 'other'}",
        number=key,
        title=visible(title) or (f"Question {key}" if key else "Other parts"),
        bar=stacked_bar(
            [
                ("correct", Fraction(sums.earned)),
                ("lost", Fraction(lost)),
                ("undecided", Fraction(sums.waiting)),
            ]
        ),
        points=f"{number(sums.earned)} {_decided(sums)}"
        if sums.decided
        else ""
        if sums.waiting
        else "no points",
        waiting=_waiting(sums.waiting),
        parts=parts,
    )
