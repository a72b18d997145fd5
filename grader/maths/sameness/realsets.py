"""Sets of real numbers that are unions of points and intervals, with ends known to any precision.

A set is its breakpoints in order and a truth value for each of them and for each gap between them (one gap
more than points). Unions, complements and comparisons are then tables of truth values.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cmp_to_key, lru_cache
from itertools import pairwise
from math import ceil, floor
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flint import arb

Refine = Callable[[int], "arb"]
# Bits at which two ends are told apart; ends that overlap at the last are taken for equal.
PRECISIONS = (64, 256, 1_000)
# A polynomial of a higher degree has its roots isolated too slowly.
MOST_DEGREE = 60
_LONGEST = 8  # digits above or below in a fraction that is shown as it is


class Unsettled(Exception):
    """What was asked cannot be worked out here; the message says which part of it."""


@dataclass(frozen=True, slots=True)
class End:
    """A real number: a fraction, a root of an irreducible polynomial over the integers, or any ball.

    `root` is the polynomial's coefficients from the constant on, and which of its real roots in order.
    """

    fraction: Fraction | None = None
    root: tuple[tuple[int, ...], int] | None = None
    refine: Refine | None = field(default=None, compare=False)

    @property
    def exact(self) -> bool:
        """Whether equality with other exact ends is decided, not only agreed to many digits."""
        return self.refine is None

    def ball(self, precision: int) -> arb:
        """An interval that holds the number, narrower with more bits."""
        from flint import arb, ctx, fmpq

        with ctx.workprec(precision):
            if self.fraction is not None:
                return arb(fmpq(self.fraction.numerator, self.fraction.denominator))
            if self.root is not None:
                return real_roots(self.root[0], precision)[self.root[1]]
            assert self.refine is not None
            return self.refine(precision)

    def __str__(self) -> str:
        exact = self.fraction
        if exact is not None and max(map(abs, exact.as_integer_ratio())) < 10**_LONGEST:
            return str(exact)
        return str(self.ball(64).mid().str(6, radius=False))


@lru_cache(maxsize=512)
def real_roots(coefficients: tuple[int, ...], precision: int) -> tuple[arb, ...]:
    """The real roots of an irreducible polynomial over the integers, in order, each isolated.

    Raises:
        Unsettled: the degree is too high.
    """
    from flint import ctx, fmpz_poly

    if len(coefficients) - 1 > MOST_DEGREE:
        raise Unsettled(f"the roots of a polynomial of degree {len(coefficients) - 1}")
    with ctx.workprec(precision):
        found: Any = fmpz_poly(
            list(coefficients)
        ).complex_roots()  # with multiplicities; the stub says without
        real = [root.real for root, _ in found if root.imag == 0]
        return tuple(sorted(real, key=lambda root: root.mid()))


def roots_of(coefficients: Sequence[int]) -> list[End]:
    """The real roots of an irreducible polynomial over the integers, in order.

    >>> [str(root) for root in roots_of((-2, 0, 1))]
    ['-1.41421', '1.41421']
    """
    if len(coefficients) == 2:
        return [End(Fraction(-int(coefficients[0]), int(coefficients[1])))]
    key = tuple(map(int, coefficients))
    return [End(root=(key, index)) for index in range(len(real_roots(key, PRECISIONS[0])))]


def compare_ends(one: End, other: End) -> int:
    """-1, 0 or 1 as the first number is less than, equal to or greater than the second.

    Numbers that are not exact count as equal when they agree to 1000 bits.
    """
    if one.fraction is not None and other.fraction is not None:
        return (one.fraction > other.fraction) - (one.fraction < other.fraction)
    if one.root is not None and other.root is not None and one.root[0] == other.root[0]:
        return (one.root[1] > other.root[1]) - (one.root[1] < other.root[1])
    for precision in PRECISIONS:
        left, right = one.ball(precision), other.ball(precision)
        if left < right:
            return -1
        if left > right:
            return 1
    return 0


def in_order(ends: Iterable[End]) -> list[End]:
    """Ends sorted, each once; of equal ones an exact one is kept."""
    ends = list(ends)
    if len(ends) < 2:
        return ends
    if all(end.fraction is not None for end in ends):
        rational = {end.fraction: end for end in ends if end.fraction is not None}
        return [rational[value] for value in sorted(rational)]
    ordered: list[End] = []
    for end in sorted(ends, key=cmp_to_key(compare_ends)):
        if ordered and compare_ends(ordered[-1], end) == 0:
            if end.exact and not ordered[-1].exact:
                ordered[-1] = end
        else:
            ordered.append(end)
    return ordered


def between(low: End | None, high: End | None) -> Fraction:
    """A simple fraction strictly between two ends; None is infinity."""
    if low is None and high is None:
        return Fraction(0)
    if low is None or high is None:
        known = low or high
        assert known is not None
        if known.fraction is not None:
            return Fraction(floor(known.fraction) + 1 if low is not None else ceil(known.fraction) - 1)
        ball = known.ball(64)
        return Fraction(
            floor(_fraction(ball.upper())) + 1 if low is not None else ceil(_fraction(ball.lower())) - 1
        )
    if low.fraction is not None and high.fraction is not None and low.fraction < high.fraction:
        return simplest_between(low.fraction, high.fraction)
    for precision in PRECISIONS:
        left, right = _fraction(low.ball(precision).upper()), _fraction(high.ball(precision).lower())
        if left < right:
            return simplest_between(left, right)
    raise Unsettled("a point between two ends that are too close")


def _fraction(number: arb) -> Fraction:
    if not number.is_finite():
        raise Unsettled("a solution that is too large")
    mantissa, exponent = number.mid().man_exp()
    return Fraction(int(mantissa)) * Fraction(2) ** int(exponent)


def simplest_between(low: Fraction, high: Fraction) -> Fraction:
    """The fraction with the smallest denominator strictly between two.

    >>> simplest_between(Fraction(314, 100), Fraction(315, 100))
    Fraction(22, 7)
    """
    if low < 0 < high:
        return Fraction(0)
    if high <= 0:
        return -simplest_between(-high, -low)
    # Continued fractions, without recursion: ends of 1000 bits have many partial quotients.
    whole: list[int] = []
    while True:
        part = floor(low)
        if part + 1 < high:
            value = Fraction(part + 1)
            break
        low, high = low - part, high - part
        whole.append(part)
        if low == 0:
            value = Fraction(high.denominator // high.numerator + 1)
            break
        low, high = 1 / high, 1 / low
    for done in reversed(whole):
        value = done + 1 / value
    return value


@dataclass(frozen=True, slots=True)
class RealSet:
    """A union of points and intervals: `at` says which points belong, `gaps` which gaps do."""

    points: tuple[End, ...]
    at: tuple[bool, ...]
    gaps: tuple[bool, ...]

    @property
    def exact(self) -> bool:
        """Whether all ends are exact."""
        return all(point.exact for point in self.points)

    @property
    def empty(self) -> bool:
        """Whether nothing belongs."""
        return not any(self.at) and not any(self.gaps)

    @property
    def finite(self) -> bool:
        """Whether only single points belong."""
        return not any(self.gaps)

    def __str__(self) -> str:
        parts = []
        open_at: str | None = "(-infinity" if self.gaps[0] else None
        for index, point in enumerate(self.points):
            before, here, after = self.gaps[index], self.at[index], self.gaps[index + 1]
            if before and not (here and after):
                parts.append(f"{open_at}, {point}{']' if here else ')'}")
            elif here and not before and not after:
                parts.append(f"{{{point}}}")
            if after and not (here and before):
                open_at = f"{'[' if here else '('}{point}"
        if self.gaps[-1]:
            parts.append(f"{open_at}, infinity)")
        return " or ".join(parts) or "{}"


EVERYTHING = RealSet((), (), (True,))
NOTHING = RealSet((), (), (False,))


def interval(low: End | None, high: End | None, closed: tuple[bool, bool]) -> RealSet:
    """The interval between two ends (None is infinity); empty where they are the wrong way round."""
    if low is None and high is None:
        return EVERYTHING
    if low is None:
        assert high is not None
        return RealSet((high,), (closed[1],), (True, False))
    if high is None:
        return RealSet((low,), (closed[0],), (False, True))
    order = compare_ends(low, high)
    if order > 0:
        return NOTHING
    if order == 0:
        return RealSet((low,), (closed[0] and closed[1],), (False, False))
    return RealSet((low, high), closed, (False, True, False))


def points(ends: Iterable[End]) -> RealSet:
    """The set of some numbers."""
    ordered = in_order(ends)
    return RealSet(tuple(ordered), (True,) * len(ordered), (False,) * (len(ordered) + 1))


def combine(sets: Sequence[RealSet], rule: Callable[[Sequence[bool]], bool]) -> RealSet:
    """The numbers for which `rule` holds, given which of the sets they belong to; in normal form."""
    ordered = in_order(point for one in sets for point in one.points)
    tables = [_flags(one, ordered) for one in sets]
    at = [rule([table[0][index] for table in tables]) for index in range(len(ordered))]
    gaps = [rule([table[1][index] for table in tables]) for index in range(len(ordered) + 1)]
    return normal_form(ordered, at, gaps)


def _flags(one: RealSet, ordered: Sequence[End]) -> tuple[list[bool], list[bool]]:
    """The truth values of a set at more breakpoints than its own."""
    at: list[bool] = []
    gaps = [one.gaps[0]]
    if len(one.points) == len(ordered):
        return [*one.at], [*one.gaps]
    index = 0
    for point in ordered:
        if index < len(one.points) and compare_ends(one.points[index], point) == 0:
            at.append(one.at[index])
            index += 1
        else:
            at.append(one.gaps[index])
        gaps.append(one.gaps[index])
    return at, gaps


def normal_form(ordered: Sequence[End], at: Sequence[bool], gaps: Sequence[bool]) -> RealSet:
    """The set with the given truth values, without the breakpoints that break nothing."""
    kept = [
        index for index, (before, after) in enumerate(pairwise(gaps)) if not (before == at[index] == after)
    ]
    return RealSet(
        tuple(ordered[index] for index in kept),
        tuple(at[index] for index in kept),
        (gaps[0], *(gaps[index + 1] for index in kept)),
    )


def union(*sets: RealSet) -> RealSet:
    """What belongs to any of the sets."""
    return combine(sets, any) if sets else NOTHING


def intersection(*sets: RealSet) -> RealSet:
    """What belongs to all of the sets."""
    return combine(sets, all) if sets else EVERYTHING


def difference(one: RealSet, other: RealSet) -> RealSet:
    """What belongs to the first and not to the second."""
    return combine((one, other), lambda flags: flags[0] and not flags[1])


def complement(one: RealSet) -> RealSet:
    """The real numbers that do not belong."""
    return RealSet(one.points, tuple(not flag for flag in one.at), tuple(not flag for flag in one.gaps))


def member(one: RealSet, integers: bool = False) -> End | None:
    """A number of the set that is easy to check, or None; `integers` wants a whole one."""
    if integers:
        return _whole_member(one)
    ends = (None, *one.points, None)
    for index, flag in enumerate(one.gaps):
        if flag:
            return End(between(ends[index], ends[index + 1]))
    for index, flag in enumerate(one.at):
        if flag:
            return one.points[index]
    return None


def _whole_member(one: RealSet) -> End | None:
    ends = (None, *one.points, None)
    for index, flag in enumerate(one.gaps):
        if not flag:
            continue
        low, high = ends[index], ends[index + 1]
        if low is None or high is None:
            return End(Fraction(int(between(low, high))))
        start = floor(_fraction(low.ball(PRECISIONS[-1]).mid()))
        for whole in (start - 1, start, start + 1, start + 2):
            candidate = End(Fraction(whole))
            if compare_ends(low, candidate) < 0 < compare_ends(high, candidate):
                return candidate
    for index, flag in enumerate(one.at):
        if flag:
            near = _fraction(one.points[index].ball(PRECISIONS[-1]).mid())
            candidate = End(Fraction(floor(near + Fraction(1, 2))))
            if compare_ends(candidate, one.points[index]) == 0:
                return candidate
    return None
