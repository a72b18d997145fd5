"""The gcd and the lcm of monomials such as `2 x` and `x y^2`: what is asked most, without polynomials."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import gcd, lcm, prod
from typing import NamedTuple

from grader.maths.sameness.polynomials import whole_power
from grader.maths.tree import Node, number
from grader.maths.values.exact import exact
from grader.maths.values.whole import Rational

_NUMBERS = frozenset(("number", "decimal"))
_LARGEST_POWER = 1_000


class Monomial(NamedTuple):
    """A rational number that is not 0 times powers of names."""

    times: Rational
    powers: dict[str, int]


def monomial(node: Node) -> Monomial | None:
    """A formula as a monomial; None where it is none as it is written."""
    op = node.op
    if op == "symbol":
        return Monomial(1, {str(node.value): 1})
    if op in _NUMBERS or (op == "divide" and all(argument.op in _NUMBERS for argument in node.args)):
        value = exact(node, {})
        return Monomial(value, {}) if value else None
    if op == "negate":
        inner = monomial(node.args[0])
        return None if inner is None else Monomial(-inner.times, inner.powers)
    if op == "product":
        times: Rational = 1
        powers: dict[str, int] = {}
        for argument in node.args:
            part = monomial(argument)
            if part is None:
                return None
            times = times * part.times
            for name, power in part.powers.items():
                powers[name] = powers.get(name, 0) + power
        return Monomial(times, powers)
    exponent = whole_power(node)
    if exponent is None or not 0 < exponent <= _LARGEST_POWER or node.args[0].op != "symbol":
        return None
    return Monomial(1, {str(node.args[0].value): exponent})


def common_divisor(monomials: Sequence[Monomial]) -> Node:
    """The gcd as a formula; its number counts where all numbers are whole, and is 1 otherwise.

    >>> from grader.maths.notation.text import to_text
    >>> to_text(common_divisor([Monomial(4, {"x": 2, "y": 1}), Monomial(6, {"x": 1})]))
    '2 * x'
    """
    whole = _whole(monomials)
    first, *others = (one.powers for one in monomials)
    powers = {name: min(power, *(other.get(name, 0) for other in others)) for name, power in first.items()}
    return _as_node(1 if whole is None else gcd(*whole), powers if others else first)


def common_multiple(monomials: Sequence[Monomial]) -> Node:
    """The lcm as a formula, with the sign of the product of all; see `common_divisor`."""
    whole = _whole(monomials)
    powers: dict[str, int] = {}
    for one in monomials:
        for name, power in one.powers.items():
            powers[name] = max(power, powers.get(name, 0))
    if whole is None:
        return _as_node(1, powers)
    return _as_node(lcm(*whole) * prod((value > 0) - (value < 0) for value in whole), powers)


def _whole(monomials: Sequence[Monomial]) -> list[int] | None:
    numbers = [one.times for one in monomials]
    return [int(value) for value in numbers] if all(one.denominator == 1 for one in numbers) else None


def _as_node(times: int, powers: dict[str, int]) -> Node:
    parts = [
        Node("symbol", (), name)
        if power == 1
        else Node("power", (Node("symbol", (), name), number(Fraction(power))))
        for name, power in sorted(powers.items())
        if power
    ]
    if times != 1 or not parts:
        parts.insert(0, number(Fraction(times)))
    return Node("product", tuple(parts)) if len(parts) > 1 else parts[0]
