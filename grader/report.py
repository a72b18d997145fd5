"""The page a student gets: what was read, what was found, and where the marks went."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from itertools import islice
from typing import Final, NamedTuple

from grader.charts import definitions, icon, stacked_bar
from grader.comments import comment_html
from grader.html import Html, counted, escaped, formula, number, render, visible
from grader.notebook_page import notebooks
from grader.overview import class_page
from grader.statistics import Total, score, standing, total
from grader.types import (
    Checklist,
    Counterexample,
    EntryMap,
    Evidence,
    Mark,
    Note,
    Outcome,
    Problem,
    Result,
    Step,
    Verdict,
)

__all__ = ["class_page", "fallback", "student_page"]

LABELS: Final = {
    Outcome.CORRECT: "Correct",
    Outcome.PARTIAL: "Partly correct",
    Outcome.INCORRECT: "Not correct",
    Outcome.MISSING: "No answer found",
    Outcome.UNREADABLE: "Could not be read",
    Outcome.UNDECIDED: "Waiting for a person",
}
WEIGHTS: Final = (("correct", "earned"), ("lost", "not earned"), ("undecided", "waiting for a person"))
NOTES: Final = {
    "convention": "Convention used",
    "proof": "How it was decided",
    "remark": "Remark",
    "hint": "Hint",
    "advice": "For the staff",
}
HIDDEN: Final = "How this part was checked is not shown to students. Ask the course staff about it."
_LONG_TEXT: Final = 700
_LONG_LINES: Final = 14
_MOST_TEXT: Final = 40_000
_MOST_ENTRIES: Final = 24
_WIDE_FORMULA: Final = 24

# Written in place of a report that could not be made, so that no student is left without a page.
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


class _Text(NamedTuple):
    """Some of a student's text: `fold` is what its folded line says, or empty to show it at once."""

    text: str
    fold: str
    rest: str


class _Shown(NamedTuple):
    """One piece of evidence in the words of the page; `kind` picks the block of the template."""

    kind: str
    label: str
    rows: Sequence[object] = ()
    words: str = ""
    table: Html = Html("")


class _Part(NamedTuple):
    id: str
    anchor: str
    number: Html
    title: str
    points: Html
    tile: Html
    status: Html
    message: str
    place: str
    prose: bool
    answer: _Text | None
    passage: _Text | None
    read: str
    formula: Html | None
    wide: bool
    evidence: Sequence[_Shown]
    who: str
    why: Html


class _Section(NamedTuple):
    anchor: str
    number: str
    title: str
    bar: Html
    points: str
    waiting: str
    parts: Sequence[_Part]


def student_page(result: Result) -> str:
    """The report of one student: one self-contained HTML file, the same for the same result."""
    groups: dict[str, list[Mark]] = {}
    for mark in result.marks:
        groups.setdefault(_section_of(mark.part), []).append(mark)
    whole = score(result)
    return render(
        "student.html.j2",
        {
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
            "problems": [_problem(problem) for problem in result.problems],
            "sections": [_section(key, marks, result.headings.get(key, "")) for key, marks in groups.items()],
            "isolation": visible(result.isolation),
            "notebooks": notebooks(result.executed),
            "weights": WEIGHTS,
            "labels": [(icon(outcome.value), label) for outcome, label in LABELS.items()],
        },
    )


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


def _section(key: str, marks: Sequence[Mark], title: str) -> _Section:
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
        parts=[_part(mark) for mark in marks],
    )


def _part(mark: Mark) -> _Part:
    outcome, answer = standing(mark), mark.answer
    verdict = _uncovered(mark)
    anchor = "part-" + re.sub(r"[^A-Za-z0-9._-]", "-", mark.part)
    shown_formula = formula(verdict.mathml)
    text = answer.text if answer else ""
    passage = answer.passage if answer and answer.passage.strip() != text.strip() else ""
    return _Part(
        id=visible(mark.part),
        anchor=anchor,
        number=_number(mark.part),
        title=visible(mark.title),
        points=_points(mark.points, mark.max_points),
        tile=_tile(mark.part, anchor, outcome),
        status=_status(outcome),
        message=visible(verdict.message),
        place=visible(str(answer.place)) if answer else "",
        prose=any(isinstance(piece, Checklist) for piece in verdict.evidence),
        answer=_text(text, "The text as it stands") if text.strip() else None,
        passage=_text(passage, "The section around it", fold=True) if passage.strip() else None,
        # What was understood is told only where it says more than the text itself.
        read=visible(verdict.read) if shown_formula or verdict.read.strip() != text.strip() else "",
        formula=shown_formula,
        wide=len(verdict.read) > _WIDE_FORMULA,
        evidence=[_shown(piece) for piece in verdict.evidence if not _for_staff(piece)],
        who=visible(mark.who) if mark.who != "machine" else "",
        why=comment_html(mark.why) if mark.visible != "hidden" else Html(""),
    )


def _for_staff(piece: Evidence) -> bool:
    return isinstance(piece, Note) and piece.kind == "advice"


def _uncovered(mark: Mark) -> Verdict:
    """What a student may see of a verdict: of a hidden part that there is one, not what it says."""
    if mark.visible != "hidden":
        return mark.verdict
    return Verdict(mark.verdict.outcome, mark.verdict.credit, "", HIDDEN)


@cache
def _status(outcome: Outcome) -> Html:
    return Html(f'<p class="status {outcome.value}">{icon(outcome.value)} <b>{LABELS[outcome]}</b></p>')


@lru_cache(maxsize=1024)
def _tile(part: str, anchor: str, outcome: Outcome) -> Html:
    return Html(
        f'<li><a class="tile {outcome.value}" href="#{anchor}">{icon(outcome.value)}'
        f'<span>{escaped(part)}</span><span class="hidden">, {LABELS[outcome]}</span></a></li>\n'
    )


@lru_cache(maxsize=1024)
def _number(part: str) -> Html:
    """The sheet's number, and under it the word of a quantity: `3.1.output` is `3.1` and `.output`."""
    leading, dot, word = part.rpartition(".")
    if not leading or len(word) < 2 or not word[:2].isalpha():
        return Html(f'<span class="number">{escaped(part)}</span>')
    return Html(
        f'<span class="number">{escaped(leading)}<span class="word">{dot}{escaped(word)}</span></span>'
    )


@lru_cache(maxsize=1024)
def _points(points: Decimal | None, of: Decimal) -> Html:
    """The points to see, `0.7 / 1`, and to hear, `0.7 of 1 point`."""
    seen = f"<b>{'–' if points is None else number(points)}</b> / {number(of)}" if of else "no points"
    heard = counted(of, "point") if of else "no points"
    heard = f"{heard}, waiting" if points is None else f"{number(points)} of {heard}" if of else heard
    return Html(
        f'<p class="points"><span aria-hidden="true">{seen}</span><span class="hidden">{heard}</span></p>'
    )


def _text(text: str, what: str, *, fold: bool = False) -> _Text:
    lines = text.count("\n") + 1
    kept, left = text[:_MOST_TEXT], len(text) - _MOST_TEXT
    size = counted(lines, "line") if lines > 1 else f"{len(text):,} characters"
    return _Text(
        text=visible(kept),
        fold=f"{what} ({size})" if fold or len(text) > _LONG_TEXT or lines > _LONG_LINES else "",
        rest=f"{left:,} more characters are only in the file." if left > 0 else "",
    )


def _shown(piece: Evidence) -> _Shown:
    match piece:
        case Note():
            return _Shown("note", NOTES[piece.kind], words=visible(piece.text))
        case Counterexample():
            rows = [(visible(name), visible(value)) for name, value in piece.values]
            rows += [("Your answer", visible(piece.got)), ("Expected", visible(piece.expected))]
            return _Shown(
                "counterexample",
                "Where they differ",
                rows,
                words="At this point the two have different values",
            )
        case EntryMap():
            return _entry_map(piece)
        case Checklist():
            return _Shown(
                "checklist",
                "A person looks for",
                [visible(item) for item in piece.items],
                words=_suggestion(piece.suggested),
            )


def _entry_map(piece: EntryMap) -> _Shown:
    right = sum(flag for row in piece.right for flag in row)
    entries = sum(len(row) for row in piece.right)
    cut = any(len(row) > _MOST_ENTRIES for row in piece.got) or len(piece.got) > _MOST_ENTRIES
    return _Shown(
        "entries",
        "Entry by entry",
        words=f"{right} of {entries} entries {'is' if entries == 1 else 'are'} right"
        + (f"; the first {_MOST_ENTRIES} rows and columns are shown" if cut else ""),
        table=_entry_rows(piece),
    )


def _entry_rows(piece: EntryMap) -> Html:
    """The rows of the table: every entry with a sign, a colour and a word for whether it is right."""
    signs = {
        True: '<td class="correct"><span aria-hidden="true">✓</span><span class="hidden">right: </span>',
        False: '<td class="incorrect"><span aria-hidden="true">✗</span><span class="hidden">wrong: </span>',
    }
    widest = min(_MOST_ENTRIES, max(map(len, piece.got), default=0))
    columns = (
        f'<th scope="col"><span class="hidden">column </span>{column + 1}</th>' for column in range(widest)
    )
    lines = [f"<tr><td></td>{''.join(columns)}</tr>"]
    pairs = zip(piece.got, piece.right, strict=False)
    for row, (texts, flags) in enumerate(islice(pairs, _MOST_ENTRIES), start=1):
        cells = (
            f"{signs[flag]}{escaped(text)}</td>"
            for text, flag in islice(zip(texts, flags, strict=False), _MOST_ENTRIES)
        )
        lines.append(f'<tr><th scope="row"><span class="hidden">row </span>{row}</th>{"".join(cells)}</tr>')
    return Html("\n".join(lines))


def _suggestion(credit: Fraction | None) -> str:
    if credit is None:
        return ""
    amount = {Fraction(1): "all", Fraction(0): "none"}.get(credit, "a part")
    return f"The machine's suggestion to that person is {amount} of the points; it is not a mark."
