"""Formulas nobody declared a domain for: whether they differ only in where they are real at every step.

`sqrt(a) sqrt(b)` and `sqrt(a b)` have different principal values for negative a and b, and agree wherever
every root in both of them is one of a number that is not negative. Here a formula is defined at a point only
if nothing inside it leaves the real numbers: no even root, logarithm or other than whole power of a negative
number, no inverse sine of 2. Roots of odd degree are real.

different   both are defined at a point and differ
same        they agree where both are defined, and the expected one is defined nowhere else; a note says where
            the answer is defined too
undecided   they agree where both are defined, and the answer is not defined everywhere the expected one is
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Literal

from flint import arb, ctx

from grader.errors import StudentError
from grader.maths.sameness import kinks
from grader.maths.sameness.agreement import HIGH, LAST, LOW, MOST_PRECISION, State, places, state
from grader.maths.sameness.counterexample import show_value
from grader.maths.sameness.formula import Formula
from grader.maths.sameness.identity import Comparison
from grader.maths.values.algebra import Scalar, Unclear, Undefined
from grader.maths.values.ball_functions import CUTS, PARTIAL
from grader.maths.values.balls import Balls
from grader.maths.values.real import Sample

_ENOUGH = 6  # points in general position at which both must agree
_RESTRICTING = frozenset(
    [("root",), ("exponent",), ("sqrt", 0)] + [(name, 0) for name in (*PARTIAL, *CUTS, "root")]
)
_At = Literal["same", "different", "more", "less", "neither"]


class RealBalls(Balls):
    """Balls among which nothing is complex: what would be has no value."""

    def function(self, name: str, args: Sequence[Scalar]) -> Scalar:
        return _real(super().function(name, args))

    def root(self, value: Scalar) -> Scalar:
        return _real(super().root(value))

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        return _real(super().power(base, exponent))

    def rational_power(self, base: Scalar, exponent: Fraction) -> Scalar:
        return _real(super().rational_power(base, exponent))


def _real(value: Scalar) -> Scalar:
    if isinstance(value, arb):
        return value
    if value.imag.contains(0):
        raise Unclear
    raise Undefined("a part", "is not real")


def reconsider(expected: Formula, got: Formula) -> Comparison | None:
    """A verdict on two formulas whose principal values differ, or None where that stands.

    Raises:
        StudentError: a formula cannot be evaluated for a reason that its author must mend.
    """
    seen = expected.seen | got.seen
    if expected.plural or got.plural or seen.isdisjoint(_RESTRICTING) or ("integral",) in seen:
        return None
    names = sorted(name for name in seen if isinstance(name, str))
    free = kinks.free_scalars(expected.frame.symbols, names)
    counting = expected.counting() or got.counting()
    agreed: list[Sample] = []
    general = 0
    more: list[Sample] = []
    less: list[Sample] = []
    for place in places(expected, got, free, counting):
        found = _at(expected, got, place.sample, LOW)
        if found == "different":
            return None
        if found == "same":
            agreed.append(place.sample)
            general += place.key == "search" or (isinstance(place.key, tuple) and place.key[0] != "special")
        elif found == "more":
            more.append(place.sample)
        elif found == "less":
            less.append(place.sample)
    if general < _ENOUGH or not _confirmed(expected, got, agreed):
        return None
    if less:
        how = f"Equal where both are real; at {_shown(less, free)} the answer has no real value."
        return Comparison("undecided", how, "domain")
    how = f"Equal to more than 300 digits at all of {len(agreed)} points where the expected formula is real."
    note = (
        f"The answer is defined at points where the expected formula is not, such as {_shown(more, free)}.",
    )
    return Comparison("same", how, "agreement", notes=note if more else ())


def _confirmed(expected: Formula, got: Formula, agreed: Sequence[Sample]) -> bool:
    """Whether the points still agree with more bits, and one of them with as many as it asks for."""
    if any(_at(expected, got, sample, HIGH) == "different" for sample in agreed[:12]):
        return False
    reach = max(_state(formula, agreed[0], HIGH).reach for formula in (expected, got))
    bits = max(LAST, 128 + 4 * reach)
    return bits <= MOST_PRECISION and _at(expected, got, agreed[0], bits) != "different"


def _at(expected: Formula, got: Formula, sample: Sample, precision: int) -> _At:
    wanted, found = (_state(formula, sample, precision) for formula in (expected, got))
    if "unclear" in (wanted.kind, found.kind):
        return "neither"
    if wanted.kind != found.kind:
        return "more" if wanted.kind == "outside" else "less"
    if wanted.kind == "outside":
        return "neither"
    with ctx.workprec(precision):
        gaps = [a - b for a, b in zip(wanted.entries, found.entries, strict=True)]
        if any(not gap.contains(0) for gap in gaps):
            return "different"
        sizes = [1 + abs(entry) for entry in wanted.entries]
        close = all(gap.rad() < size * arb(2) ** -64 for gap, size in zip(gaps, sizes, strict=True))
    return "same" if close else "neither"


def _state(formula: Formula, sample: Sample, precision: int) -> State:
    with ctx.workprec(precision):
        point = sample.balls(plural=False)
        strict = replace(point, algebra=RealBalls(point.algebra.meanings))
        try:
            return state(formula, strict, plural=False)
        except StudentError:
            return State("unclear")


def _shown(samples: Sequence[Sample], names: Sequence[str]) -> str:
    """The point among some that is easiest to check."""

    def size(sample: Sample) -> int:
        values = [sample.values[name] for name in names if name in sample.values]
        return sum(abs(int(value.p)) + 3 * int(value.q) for value in values)

    best = min(samples, key=size)
    return ", ".join(f"{name} = {show_value(best.values[name])}" for name in names if name in best.values)
