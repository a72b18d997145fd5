"""A normal form of arithmetic with numbers: terms and factors in any order, like terms together.

A formula is a sum of products: from each product to its number. A product is the set of its factors, each
with how often it stands there; what is divided by is a factor of its own kind, and so is a sum in brackets,
for nothing is multiplied out. Equal forms prove that two formulas are equal wherever they have values, and
that they have values at the same points: no divisor is ever cancelled, and a product with a divisor or a
function in it stays even when its number is 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any

from grader.maths.functions import FUNCTIONS
from grader.maths.names import SCALAR, Symbols
from grader.maths.tree import Node, value_of
from grader.maths.values.exact import exact

# A symbol, a constant, or ("divided by" | "sum" | "power" | a function, what it is applied to ...).
Factor = Any
Product = frozenset[tuple[Factor, int]]
Form = Mapping[Product, Fraction]

_MOST_TERMS = 200
_MOST_BITS = 4_000
_LARGEST_POWER = 64
_DEEPEST = 40
_NUMBER: Product = frozenset()
_ONE = Fraction(1)
_HALF = frozenset({_NUMBER: Fraction(1, 2)}.items())
_E = ("constant", "e")
# Their arguments may stand in any order.
_SYMMETRIC = frozenset(("max", "min"))
_ENTRYWISE = frozenset(
    "log abs sign sin cos tan sec csc cot sinh cosh tanh sech csch coth arcsin arccos arctan arcsec arccsc "
    "arccot arcsinh arccosh arctanh arctan2 floor ceil round factorial gamma binomial mod erf logistic relu "
    "max min".split()
)


class _Other(Exception):
    """A part is no arithmetic with numbers, or too large."""


def normal_form(node: Node, symbols: Symbols) -> Form | None:
    """The normal form of a formula; None where it is not arithmetic with numbers, or too long.

    Names that nobody declared are numbers.

    >>> from grader.maths.names import NONE
    >>> from grader.maths.notation import read
    >>> one, other = (read(text, NONE, "plain", undeclared=True) for text in ("2 x y - 3/z", "-3/z + y*2*x"))
    >>> normal_form(one, NONE) == normal_form(other, NONE)
    True
    """
    try:
        return _form(node, symbols, 0)
    except _Other:
        return None


def _form(node: Node, symbols: Symbols, depth: int) -> Form:
    op, args = node.op, node.args
    if op == "symbol":
        found = symbols.table.get(node.value)  # type: ignore[call-overload]
        if found is not None and (found.shape != SCALAR or found.kind == "function" or found.definition):
            raise _Other
        return _alone(node.value)
    if op == "number" or op == "decimal":
        value = value_of(node)
        return {_NUMBER: value} if value else {}
    depth += 1
    if depth > _DEEPEST:
        raise _Other
    if op == "negate":
        return {product: -times for product, times in _form(args[0], symbols, depth).items()}
    if op == "sum":
        return _sum(_form(argument, symbols, depth) for argument in args)
    if op == "product":
        return _product(_form(argument, symbols, depth) for argument in args)
    if op == "divide":
        return _product((_form(args[0], symbols, depth), _divided_by(_form(args[1], symbols, depth))))
    if op == "power" and node.value is None:
        return _power(_form(args[0], symbols, depth), args[1], symbols, depth)
    if op == "constant" and node.value in ("e", "pi", "i"):
        return _alone((op, node.value))
    if op == "call":
        return _call(node, symbols, depth)
    raise _Other


def _alone(factor: Factor) -> Form:
    return {frozenset(((factor, 1),)): _ONE}


def _sum(parts: Iterable[Form]) -> Form:
    total: dict[Product, Fraction] = {}
    for part in parts:
        for product, times in part.items():
            known = total.get(product)
            total[product] = times if known is None else known + times
    if len(total) > _MOST_TERMS:
        raise _Other
    if all(total.values()):
        return total
    return {product: times for product, times in total.items() if times or not _is_polynomial(product)}


def _is_polynomial(product: Product) -> bool:
    """Whether there is a value whatever the names are."""
    return all(type(factor) is str or factor[0] == "constant" for factor, _ in product)


def _product(parts: Iterable[Form]) -> Form:
    times, factors = _ONE, dict[Factor, int]()
    for part in parts:
        if not part:
            times, product = Fraction(0), _NUMBER
        elif len(part) == 1:
            ((product, more),) = part.items()
            times = more if times is _ONE else times if more is _ONE else times * more
        else:
            product = frozenset(((("sum", frozenset(part.items())), 1),))
        for factor, power in product:
            factors[factor] = factors.get(factor, 0) + power
    if times.numerator.bit_length() > _MOST_BITS or times.denominator.bit_length() > _MOST_BITS:
        raise _Other
    found = frozenset(factors.items())
    return {found: times} if times or not _is_polynomial(found) else {}


def _divided_by(form: Form) -> Form:
    if not form:
        raise _Other  # a division by zero
    if len(form) > 1:
        return _alone(("divided by", ("sum", frozenset(form.items()))))
    ((product, times),) = form.items()
    if not times:
        raise _Other
    return {frozenset([_turned(factor, power) for factor, power in product]): 1 / times}


def _turned(factor: Factor, power: int) -> tuple[Factor, int]:
    if type(factor) is tuple and factor[0] == "divided by":
        raise _Other  # 1/(1/x) has no value at 0
    return ("divided by", factor), power


def _power(base: Form, exponent: Node, symbols: Symbols, depth: int) -> Form:
    whole = exact(exponent, {})
    if whole is None or whole.denominator != 1:
        above = frozenset(_form(exponent, symbols, depth).items())
        return _alone(("power", frozenset(base.items()), above))
    count = int(whole)
    if not base or not count or abs(count) > _LARGEST_POWER:
        raise _Other
    form = _divided_by(base) if count < 0 else base
    return _product([form] * abs(count))


def _call(node: Node, symbols: Symbols, depth: int) -> Form:
    pair: Any = node.value
    name, primes = pair
    if primes or name in symbols.table or len(node.args) not in FUNCTIONS.get(name, ()):
        raise _Other
    args = [frozenset(_form(argument, symbols, depth).items()) for argument in node.args]
    if name == "exp":
        return _alone(("power", frozenset(_alone(_E).items()), args[0]))
    if name == "sqrt":
        return _alone(("power", args[0], _HALF))
    if name == "log" and len(args) == 2:
        above, below = (_alone((name, (argument,))) for argument in args)
        return _product((above, _divided_by(below)))
    if name not in _ENTRYWISE:
        raise _Other
    return _alone((name, frozenset(args) if name in _SYMMETRIC else tuple(args)))
