"""Sums of square roots of rational numbers, exactly: sqrt(8) is 2 sqrt(2), and 1/sqrt(2) is sqrt(2)/2.

A surd is {2: 3/4, 1: 5} for 3/4 sqrt(2) + 5: each radicand is a whole number that no square divides. Square
roots of different such numbers are linearly independent over the rationals (Besicovitch, "On the linear
independence of fractional powers of integers", 1940), so that two numbers are equal if and only if they are
the same dict.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import lru_cache
from typing import Any

from grader.maths.tree import Node, value_of
from grader.maths.values.exact import exact

Surd = Mapping[int, Fraction]

_MOST_TERMS = 16
_MOST_BITS = 2_000  # of a number above or below
_MOST_FACTORED_BITS = 64
_LARGEST_POWER = 32
_DEEPEST = 12
_OPERATIONS = frozenset("number decimal negate sum product divide power call".split())
# The functions that are worked out here.
OF_SURDS = frozenset(("sqrt", "root", "abs", "max", "min"))
_CALLS = frozenset((name, 0) for name in OF_SURDS)
_ONE: Surd = {1: Fraction(1)}


class _None(Exception):
    """A formula is no sum of square roots of rational numbers, or too large a one."""


def surd_of(node: Node) -> Surd | None:
    """The value of a formula without names as a surd; None where it is none, or needs too many roots.

    >>> from grader.maths.names import NONE
    >>> from grader.maths.notation import read
    >>> surd_of(read("1/sqrt(2)", NONE, "plain"))
    {2: Fraction(1, 2)}
    >>> surd_of(read("sqrt(8) - 2 sqrt(2)", NONE, "plain"))
    {}
    """
    nodes = [node]
    for one in nodes:  # a list that grows: most formulas have names, and end here
        if one.op not in _OPERATIONS or (one.op == "call" and one.value not in _CALLS):
            return None
        nodes += one.args
    try:
        return _surd(node, 0)
    except _None:
        return None


def _surd(node: Node, depth: int) -> Surd:
    op, args = node.op, node.args
    if depth > _DEEPEST:
        raise _None
    if op == "number" or op == "decimal":
        return _of_number(value_of(node))
    if op == "negate":
        return {radicand: -times for radicand, times in _surd(args[0], depth + 1).items()}
    if op == "sum":
        total: Surd = {}
        for argument in args:
            total = _added(total, _surd(argument, depth + 1))
        return total
    if op == "product":
        total = _ONE
        for argument in args:
            total = _times(total, _surd(argument, depth + 1))
        return total
    if op == "divide":
        return _times(_surd(args[0], depth + 1), _inverse(_surd(args[1], depth + 1)))
    if op == "power":
        exponent = exact(args[1], {})
        if exponent is None or exponent.denominator > 2 or not -_LARGEST_POWER <= exponent <= _LARGEST_POWER:
            raise _None
        base = _surd(args[0], depth + 1)
        return _raised(base if exponent.denominator == 1 else _root(base), exponent.numerator)
    if op == "call":
        pair: Any = node.value
        return _of_call(pair[0], [_surd(argument, depth + 1) for argument in args])
    raise _None


def _of_call(name: str, args: list[Surd]) -> Surd:
    if (name == "sqrt" and len(args) == 1) or (name == "root" and args[1:] == [{1: 2}]):
        return _root(args[0])
    if name == "abs" and len(args) == 1:
        return _times(args[0], _of_number(Fraction(_sign(args[0]))))
    if name in ("max", "min") and args:
        best, wanted = args[0], 1 if name == "max" else -1
        for other in args[1:]:
            if _sign(_added(other, _times(best, {1: Fraction(-1)}))) == wanted:
                best = other
        return best
    raise _None


def _of_number(value: Fraction) -> Surd:
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MOST_BITS:
        raise _None
    return {1: value} if value else {}


def _added(one: Surd, other: Surd) -> Surd:
    total = dict(one)
    for radicand, times in other.items():
        total[radicand] = total.get(radicand, Fraction(0)) + times
    if len(total) > _MOST_TERMS:
        raise _None
    return {radicand: times for radicand, times in total.items() if times}


def _times(one: Surd, other: Surd) -> Surd:
    total: Surd = {}
    for left, times in one.items():
        part: dict[int, Fraction] = {}
        for right, more in other.items():
            root, radicand = _taken_out(left * right)
            part[radicand] = times * more * root
            if part[radicand].numerator.bit_length() > _MOST_BITS:
                raise _None
        total = _added(total, part)
    return total


def _inverse(surd: Surd) -> Surd:
    """1 by a surd of one or two terms; of two, by the third binomial formula."""
    if len(surd) == 1:
        ((radicand, times),) = surd.items()
        return {radicand: 1 / (times * radicand)}
    if len(surd) != 2:
        raise _None
    (one, times), (other, more) = surd.items()
    norm = times * times * one - more * more * other
    return {one: times / norm, other: -more / norm}


def _raised(base: Surd, exponent: int) -> Surd:
    if exponent == 0 and not base:
        raise _None  # 0^0
    power = _ONE
    for _ in range(abs(exponent)):
        power = _times(power, base)
    return power if exponent >= 0 else _inverse(power)


def _root(surd: Surd) -> Surd:
    """The square root of a rational number that is not negative."""
    if not surd:
        return surd
    value = surd.get(1)
    if value is None or len(surd) > 1 or value < 0:
        raise _None
    root, radicand = _taken_out(value.numerator * value.denominator)
    return {radicand: Fraction(root, value.denominator)}


@lru_cache(maxsize=1024)
def _taken_out(number: int) -> tuple[int, int]:
    """The largest square that divides a positive whole number, as its root, and what it leaves.

    >>> _taken_out(72)
    (6, 2)
    """
    from flint import fmpz

    if number.bit_length() > _MOST_FACTORED_BITS:
        raise _None
    root = radicand = 1
    for prime, power in fmpz(number).factor():
        root *= int(prime) ** (int(power) // 2)
        radicand *= int(prime) ** (int(power) % 2)
    return root, radicand


def _sign(surd: Surd) -> int:
    """-1, 0 or 1; what is not zero is told from zero with enough bits."""
    if not surd:
        return 0
    if len(surd) == 1:
        (times,) = surd.values()
        return 1 if times > 0 else -1
    from flint import arb, ctx, fmpq

    for bits in (128, 1_024, 8_192):
        with ctx.workprec(bits):
            value = sum(
                (
                    arb(fmpq(times.numerator, times.denominator)) * arb(radicand).sqrt()
                    for radicand, times in surd.items()
                ),
                arb(0),
            )
            if not value.contains(0):
                return 1 if value > 0 else -1
    raise _None
