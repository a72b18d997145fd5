"""What the rubric says of a part: the reference answer, the items to look for, the known mistakes."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from typing import NamedTuple

from grader import checks
from grader.errors import GraderError
from grader.html import Html, visible
from grader.pages.comments import formula_html
from grader.rubric import Part
from grader.types import Checklist, Verdict

_LONGEST: int = 2_000


class Known(NamedTuple):
    """An answer that the rubric knows: the reference, or a mistake with its credit and its words."""

    text: str
    formula: Html | None
    words: str
    credit: Fraction


class Asked(NamedTuple):
    """The reference answers, the mistakes, and the items a person ticks, each worth the same."""

    right: tuple[Known, ...] = ()
    mistakes: tuple[Known, ...] = ()
    items: tuple[str, ...] = ()


def asked(part: Part | None, prepared: object, verdict: Verdict) -> Asked:
    """What stands beside an answer. Where no rubric is known, the items are those of the verdict."""
    items = _items(part, verdict)
    if part is None or prepared is None:
        return Asked(items=items)
    right: list[Known] = []
    mistakes: list[Known] = []
    try:
        samples = checks.load(part.check).samples(prepared)
    except (GraderError, ValueError, ArithmeticError):
        samples = ()
    for sample in samples:
        if sample.credit is None:
            continue
        words = sample.label.partition(": ")[2] if sample.label.startswith("mistake ") else sample.label
        formula = formula_html(sample.text, part.symbols) if part.reads != "prose" else None
        known = Known(
            visible(sample.text[:_LONGEST]),
            formula,
            "" if words == "the reference" else visible(words),
            sample.credit,
        )
        (right if sample.credit == 1 else mistakes).append(known)
    return Asked(tuple(right), tuple(mistakes), items)


def _items(part: Part | None, verdict: Verdict) -> tuple[str, ...]:
    for name in ("items", "reason"):
        own = getattr(part.options, name, ()) if part is not None else ()
        if own and all(isinstance(item, str) for item in own):
            return tuple(own)
    if verdict.code == "two-answers":
        return ()
    return next((piece.items for piece in verdict.evidence if isinstance(piece, Checklist)), ())


def suggestion(verdict: Verdict) -> Fraction | None:
    """The credit the machine would give, where it has an opinion but not the last word."""
    found: Sequence[Fraction | None] = [
        piece.suggested for piece in verdict.evidence if isinstance(piece, Checklist)
    ]
    return next((one for one in found if one is not None), verdict.credit)
