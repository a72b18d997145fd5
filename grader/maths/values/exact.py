"""What a formula tells without a point: its exact rational value, and how large its value may become."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from functools import reduce
from operator import add, mul
from typing import Any

from grader.errors import StudentError
from grader.maths.notation.text import to_text
from grader.maths.tree import Node, value_of
from grader.maths.values import whole
from grader.maths.values.whole import Rational

# Above this an exponent is not worked out. Exact numbers allow less, see `rationals`.
EXPONENT = 1_000_000


def exact(node: Node, integers: Mapping[str, int], depth: int = 0) -> Rational | None:
    """The exact rational value of an exponent, an index or a limit of a sum; None when it has none.

    Whole numbers come as `int`: Python is ten times as fast with these.
    """
    op = node.op
    if op == "number" or op == "decimal":
        value = value_of(node)
        return value.numerator if value.denominator == 1 else value
    if op == "symbol":
        return integers.get(str(node.value))
    if op not in _EXACT or depth > _EXACT_DEPTH:
        return None
    known: list[Rational] = []
    for argument in node.args:
        if argument.op == "number":
            plain: Any = argument.value
            known.append(plain.numerator if plain.denominator == 1 else plain)
            continue
        inner = exact(argument, integers, depth + 1)
        if inner is None:
            return None
        known.append(inner)
    if not known:
        return None
    if op == "negate":
        return -known[0]
    if op == "sum":
        return reduce(add, known)
    if op == "product":
        return reduce(mul, known)
    if op == "divide":
        return Fraction(known[0], known[1]) if known[1] else None
    if op == "power":
        base, exponent = known
        if exponent.denominator != 1 or not (-64 <= exponent <= 64 and -1000 <= base <= 1000):
            return None
        if base == 0 > exponent:
            return None
        return base**exponent.numerator if exponent >= 0 else Fraction(base) ** exponent.numerator
    pair: Any = node.value
    name, primes = pair
    return None if primes else whole.apply(name, known)


# A tower of powers would be worked out again on each of its floors.
_EXACT_DEPTH = 12
_EXACT = frozenset(("negate", "sum", "product", "divide", "power", "call"))


def weight(node: Node, seen: set[object] | None = None) -> int:
    """An upper bound on the degree of a formula and on the bits of its exact value, whichever is larger.

    What it meets is put into `seen`: the names of symbols, ("exp", 0) for calls, ("op",) for what is not
    plain arithmetic, ("exponent",) for an exponent that is not a number, ("divisor",) for one with names.

    Raises:
        StudentError: an exponent too large to be worked out.
    """
    return _weigh(node, set() if seen is None else seen)


def _weigh(node: Node, seen: set[object]) -> int:
    op, args = node.op, node.args
    if op == "symbol":
        seen.add(node.value)
        return 1
    if op == "number" or op == "decimal":
        value = value_of(node)
        return value.numerator.bit_length() + value.denominator.bit_length()
    if op == "power":
        if args[1].op == "number":
            plain: Any = args[1].value
            if plain.denominator == 1 and 0 < plain.numerator <= EXPONENT:
                return _weigh(args[0], seen) * int(plain.numerator) + 1
        exponent = exact(args[1], {})
        if exponent is not None:
            if not -EXPONENT <= exponent <= EXPONENT:
                raise StudentError(f"The exponent {to_text(args[1])} is too large.", code="too-large")
            if exponent < 0 or exponent.denominator != 1:
                seen.add(_ROOT if exponent.denominator != 1 else _DIVISOR)
            return _weigh(args[0], seen) * max(1, abs(int(exponent))) + 1
        seen.add(_EXPONENT)
        return _weigh(args[0], seen) * 8 + _weigh(args[1], seen) + 1
    total = 1
    for argument in args:
        if argument.op == "symbol":
            seen.add(argument.value)
            total += 1
        else:
            total += _weigh(argument, seen)
    if op in _PLAIN:
        if op == "divide" and (args[1].op != "number" or not args[1].value):
            seen.add(_DIVISOR)
        return total
    if op == "call":
        seen.add(node.value)
        # An inverse, a determinant or a pseudo-inverse of a small matrix: the size multiplies the degree.
        return total * 16 if node.value in _HEAVY else total
    seen.add((op, node.value) if op == "constant" else (op,))
    return total * 8 if op == "fold" else total


_HEAVY = frozenset((name, 0) for name in ("inv", "pinv", "det"))
_PLAIN = frozenset("sum product divide negate".split())
_DIVISOR, _EXPONENT, _ROOT = ("divisor",), ("exponent",), ("root",)
