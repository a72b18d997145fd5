"""The page the staff gets: how the class did, what waits for a person, what could not be read."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import Final, NamedTuple

from grader.amounts import counted, number
from grader.html import Html, formula, percent, visible
from grader.pages.charts import definitions, histogram, icon, stacked_bar
from grader.pages.rendering import render
from grader.statistics import BINS, Overview, Part, Student
from grader.statistics.items import WrongAnswer
from grader.statistics.pace import Marker
from grader.types import Outcome

COLUMNS: Final = {
    Outcome.CORRECT: "correct",
    Outcome.PARTIAL: "partly",
    Outcome.INCORRECT: "not correct",
    Outcome.MISSING: "no answer",
    Outcome.UNREADABLE: "unreadable",
    Outcome.UNDECIDED: "waiting",
}

_WIDE_FORMULA: Final = 24


class _PartRow(NamedTuple):
    part: str
    title: str
    points: str
    share: str
    telling: str
    bar: Html
    counts: Sequence[int]


class _StudentRow(NamedTuple):
    name: str
    student: str
    href: str
    staff_href: str
    earned: str
    decided: str
    share: str
    bar: Html
    waiting: str
    waiting_parts: int
    unread: int
    late: bool


class _WaitingRow(NamedTuple):
    part: str
    title: str
    answers: int
    points: str


class _MistakeRow(NamedTuple):
    part: str
    title: str
    code: str
    message: str
    students: str


class _AnswerRow(NamedTuple):
    part: str
    title: str
    text: str
    formula: Html | None
    wide: bool
    message: str
    students: str


class _MarkerRow(NamedTuple):
    who: str
    marks: int
    decisions: int
    share: str
    usual: str
    pace: str
    spent: str


def class_page(overview: Overview) -> str:
    """The class overview: one self-contained HTML file, the same for the same overview."""
    bins = [f"{100 * index // BINS}" for index in range(BINS + 1)]
    spans = [f"{low} to {high}%" for low, high in pairwise(bins)]
    waiting = [part for part in overview.parts if part.waiting]
    return render(
        "overview.html.j2",
        {
            "definitions": definitions(),
            "title": visible(overview.title or overview.assignment or "No submissions"),
            "assignment": visible(overview.assignment),
            "max_points": counted(overview.max_points, "point"),
            "mean": "–" if overview.mean is None else percent(overview.mean),
            "median": "–" if overview.median is None else percent(overview.median),
            "late": sum(row.late for row in overview.students),
            "answers_waiting": sum(part.waiting for part in waiting),
            "waiting": [_waiting(part) for part in waiting],
            "unread": [
                (visible(row.student), visible(str(row.place)), visible(row.message))
                for row in overview.unread
            ],
            "histogram": histogram(
                overview.distribution, [*bins[:-1], "100%"], _spoken(spans, overview.distribution)
            ),
            "distribution": list(zip(spans, overview.distribution, strict=True)),
            "undecided": overview.undecided,
            "columns": [(icon(outcome.value), outcome.value, words) for outcome, words in COLUMNS.items()],
            "parts": [_part(part) for part in overview.parts],
            "told_apart": any(part.discrimination is not None for part in overview.parts),
            "to_look_at": [
                (visible(part.part), visible(part.title), part.meaning)
                for part in overview.parts
                if part.meaning
            ],
            "answers": [_answer(row) for row in overview.answers],
            "markers": [_marker(row) for row in overview.markers],
            "staff": any(row.staff_href for row in overview.students),
            "mistakes": [
                _MistakeRow(
                    visible(row.part),
                    visible(row.title),
                    visible(row.code),
                    visible(row.message),
                    counted(row.students, "student"),
                )
                for row in overview.mistakes
            ],
            "students": [_student(row) for row in overview.students],
        },
    )


def _spoken(spans: Sequence[str], counts: Sequence[int]) -> str:
    said = [f"{span}: {count}" for span, count in zip(spans, counts, strict=True) if count]
    return "Students by share of the decided points. " + ("; ".join(said) or "None yet")


def _waiting(part: Part) -> _WaitingRow:
    return _WaitingRow(visible(part.part), visible(part.title), part.waiting, number(part.max_points))


def _part(part: Part) -> _PartRow:
    return _PartRow(
        part=visible(part.part),
        title=visible(part.title),
        points=number(part.max_points),
        # A mean of the few that are decided so far would mislead: those are mostly the missing answers.
        share="–"
        if part.share is None or 2 * part.waiting > sum(part.outcomes.values())
        else percent(part.share),
        telling="–" if part.discrimination is None else signed(part.discrimination),
        bar=stacked_bar([(outcome.value, Fraction(part.outcomes[outcome])) for outcome in COLUMNS]),
        counts=[part.outcomes[outcome] for outcome in COLUMNS],
    )


def signed(value: float) -> str:
    """Two places, with a real minus sign and none on a zero.

    >>> signed(0.314), signed(-0.2), signed(-0.001)
    ('0.31', '−0.20', '0.00')
    """
    text = f"{abs(value):.2f}"
    return f"−{text}" if value < 0 and float(text) else text


def _answer(row: WrongAnswer) -> _AnswerRow:
    return _AnswerRow(
        visible(row.part),
        visible(row.title),
        visible(row.text),
        formula(row.mathml),
        len(row.text) > _WIDE_FORMULA,
        visible(row.message),
        counted(row.students, "student"),
    )


def _marker(row: Marker) -> _MarkerRow:
    return _MarkerRow(
        visible(row.who),
        row.marks,
        row.decisions,
        "–" if row.share is None else percent(row.share),
        "–" if row.usual is None else percent(row.usual),
        "–" if row.median_s is None else _time(row.median_s),
        _time(row.spent_s) if row.spent_s else "–",
    )


def _time(seconds: float) -> str:
    """How long, in the two units that say most: `42 s`, `3 min 5 s`, `2 h 10 min`."""
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min" + (f" {whole % 60} s" if whole % 60 and whole < 600 else "")
    return f"{whole // 3600} h" + (f" {whole % 3600 // 60} min" if whole % 3600 >= 60 else "")


def _student(row: Student) -> _StudentRow:
    total = row.total
    return _StudentRow(
        name=visible(row.name or row.student),
        student=visible(row.student) if row.name not in ("", row.student) else "",
        href=row.href,
        staff_href=row.staff_href,
        earned=number(total.earned),
        decided=number(total.decided),
        share="–" if total.share is None else percent(total.share),
        bar=stacked_bar(
            [
                ("correct", Fraction(total.earned)),
                ("lost", Fraction(total.decided - total.earned)),
                ("undecided", Fraction(total.waiting)),
            ]
        ),
        waiting=number(total.waiting) if total.waiting else "",
        waiting_parts=row.waiting_parts,
        unread=row.unread,
        late=row.late,
    )
