"""One part of a report: the answer, how it was read, the evidence, the mark and who gave it."""

from __future__ import annotations

import base64
import re
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from functools import cache, lru_cache
from itertools import islice
from typing import Final, NamedTuple

from grader.amounts import counted, number
from grader.html import Html, escaped, formula, visible
from grader.pages.charts import icon
from grader.pages.comments import comment_html
from grader.pages.words import LABELS, NOTES
from grader.statistics import standing
from grader.types import Checklist, Counterexample, EntryMap, Evidence, Mark, Note, Outcome, Picture

_LONG_TEXT: Final = 700
_LONG_LINES: Final = 14
_MOST_TEXT: Final = 40_000
_MOST_ENTRIES: Final = 24
_WIDE_FORMULA: Final = 24


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


class ForStaff(NamedTuple):
    """What only the staff is shown of a part: rows are (when, who, mark, what happened)."""

    code: str
    hidden: str
    rows: Sequence[tuple[str, str, str, Html]]


class Part(NamedTuple):
    """One part as the template shows it; on the pages of students there is nothing `for_staff`."""

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
    pictures: Sequence[Html]
    for_staff: ForStaff | None


def shown_part(mark: Mark, pictures: Sequence[Picture] = (), for_staff: ForStaff | None = None) -> Part:
    """All that the mark says, ready for the template; what is not for its reader is taken out before."""
    outcome, answer = standing(mark), mark.answer
    verdict = mark.verdict
    anchor = anchor_of(mark.part)
    shown_formula = formula(verdict.mathml)
    text = answer.text if answer else ""
    passage = answer.passage if answer and answer.passage.strip() != text.strip() else ""
    return Part(
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
        evidence=[_shown(piece) for piece in verdict.evidence],
        who=visible(mark.who) if mark.who != "machine" else "",
        why=comment_html(mark.why),
        pictures=[shown_picture(one) for one in pictures],
        for_staff=for_staff,
    )


def anchor_of(part: str) -> str:
    """The id of a part's place in the page."""
    return "part-" + re.sub(r"[^A-Za-z0-9_-]", "-", part)


def shown_picture(picture: Picture) -> Html:
    """The picture as an element, or the sentence that stands in its place."""
    if not picture.data:
        return Html(f'<p class="rest">{escaped(picture.name)}: {escaped(picture.said)}</p>')
    coded = base64.b64encode(picture.data).decode("ascii")
    words = f"Picture you handed in: {picture.name}"
    return Html(
        f'<p class="drawn"><img alt="{escaped(words)}" src="data:{picture.media_type};base64,{coded}"></p>'
    )


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
