"""How well each part tells strong from weak students, and which wrong answers many of them give.

The discrimination of a part is the point-biserial correlation of classical test theory: of the share earned
here with the share earned in all other parts, so that a part is not compared with itself.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from math import sqrt
from statistics import correlation
from typing import Final, NamedTuple

from grader.types import Answer, Mark, Outcome, Result, Verdict

FEWEST: Final = 3  # students, for a correlation to say anything
_FEWEST_TO_JUDGE: Final = 20
_LOW: Final = 0.15
_EASY: Final = Fraction(95, 100)
_HARD: Final = Fraction(1, 10)
_LONGEST_ANSWER: Final = 200
MOST_ANSWERS: Final = 12


class WrongAnswer(NamedTuple):
    """An answer that is not right and that several students gave; `outcome` is how it stands."""

    part: str
    title: str
    text: str
    mathml: str
    outcome: Outcome
    message: str
    students: int


def discriminations(results: Sequence[Result]) -> Mapping[str, float | None]:
    """By part, the correlation from -1 to 1, over the students who have both decided.

    None for fewer than three of them, or where all have the same.
    """
    here: dict[str, list[float]] = {}
    elsewhere: dict[str, list[float]] = {}
    for result in results:
        counted = [mark for mark in result.marks if mark.points is not None and mark.max_points]
        earned = sum((mark.points for mark in counted if mark.points is not None), Decimal(0))
        most = sum((mark.max_points for mark in counted), Decimal(0))
        for mark in result.marks:
            here.setdefault(mark.part, [])
            elsewhere.setdefault(mark.part, [])
            share = share_of(mark)
            if share is None or mark.points is None or most == mark.max_points:
                continue
            here[mark.part].append(float(share))
            elsewhere[mark.part].append(float((earned - mark.points) / (most - mark.max_points)))
    return {part: _correlation(shares, elsewhere[part]) for part, shares in here.items()}


def _correlation(here: Sequence[float], elsewhere: Sequence[float]) -> float | None:
    if len(here) < FEWEST or len(set(here)) == 1 or len(set(elsewhere)) == 1:
        return None
    return round(correlation(here, elsewhere), 4)


def share_of(mark: Mark) -> Fraction | None:
    """What was earned of a part; of one without points, its credit; None while it waits."""
    if mark.points is None:
        return None
    return Fraction(mark.points) / Fraction(mark.max_points) if mark.max_points else mark.verdict.credit


def meaning(share: Fraction | None, discrimination: float | None, students: int) -> str:
    """What to think of a part that does not tell students apart; empty if it does, or for too few of them."""
    if share is None or students < _FEWEST_TO_JUDGE:
        return ""
    # A standard error below zero: less than that is as likely chance.
    if discrimination is not None and discrimination * sqrt(students) < -1:
        return (
            "Students who did well elsewhere did worse here. The key, the wording or how it was marked may "
            "be wrong: look at its answers."
        )
    if share >= _EASY:
        return "Nearly everyone has it, so that it cannot tell students apart. That is no fault."
    if share <= _HARD:
        return "Nearly nobody has it: see whether the question was understood and the key is right."
    if discrimination is not None and discrimination < _LOW:
        return (
            "What students got here has little to do with the rest of their sheet: it may ask for something "
            "else, be guessed, or be marked unevenly."
        )
    return ""


def wrong_answers(rows: Iterable[tuple[Mark, Outcome]]) -> tuple[WrongAnswer, ...]:
    """The wrong answers that at least two students gave, the most frequent first, as they were understood.

    `rows` are marks with their outcome as it stands. Whole texts are left out: no two are the same.
    """
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], tuple[Mark, Outcome]] = {}
    order: dict[str, int] = {}
    for mark, outcome in rows:
        order.setdefault(mark.part, len(order))
        if mark.answer is None or outcome not in (Outcome.PARTIAL, Outcome.INCORRECT):
            continue
        text = _read(mark.answer, mark.verdict)
        if text and len(text) <= _LONGEST_ANSWER:
            counts[mark.part, text] += 1
            first.setdefault((mark.part, text), (mark, outcome))
    ranked = sorted(counts.items(), key=lambda one: (-one[1], order[one[0][0]], one[0][1]))
    return tuple(
        WrongAnswer(part, mark.title, text, mark.verdict.mathml, outcome, mark.verdict.message, students)
        for (part, text), students in ranked[:MOST_ANSWERS]
        if students > 1
        for mark, outcome in [first[part, text]]
    )


def _read(answer: Answer, verdict: Verdict) -> str:
    return " ".join((verdict.read or answer.text).split())
