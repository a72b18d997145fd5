"""The value of a settled formula in any arithmetic: a finite field, exact rationals, or balls.

The arithmetic is passed as an `Algebra`. Scalars are FLINT scalars, vectors and matrices FLINT matrices
(vectors are columns); products that come out 1 x 1 are scalars.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from grader.errors import StudentError
from grader.maths.notation.text import call_name, to_text
from grader.maths.tree import Node

# FLINT's scalars and matrices share their operators but no type.
Scalar = Any
Matrix = Any
Value = Any

# Above this an exponent is not worked out; the modular powers would allow more, the rationals would not.
EXPONENT = 1_000


class Undefined(Exception):
    """A formula without a value at a point: a division by zero, a singular matrix. `where` names it."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} {why}")
        self.where, self.why = where, why


class Algebra(Protocol):
    """An arithmetic: how numbers come into it, and what functions do there."""

    def number(self, value: Fraction) -> Scalar: ...
    def constant(self, name: str) -> Scalar: ...
    def matrix(self, rows: int, columns: int, entries: Sequence[Scalar]) -> Matrix: ...
    def function(self, name: str, primes: int, args: Sequence[Scalar]) -> Scalar: ...
    def root(self, value: Scalar) -> Scalar: ...
    def power(self, base: Scalar, exponent: Scalar) -> Scalar: ...
    def is_zero(self, value: Scalar) -> bool: ...


@dataclass(frozen=True, slots=True)
class Point:
    """Values for all symbols in one arithmetic; `integers` are those that may stand in exponents."""

    algebra: Algebra
    values: Mapping[str, Value]
    integers: Mapping[str, int]


def is_matrix(value: Value) -> bool:
    """Whether a value is a FLINT matrix."""
    return hasattr(value, "nrows")


def evaluate(node: Node, point: Point) -> Value:
    """The value of a formula that `shapes.infer` has settled.

    Raises:
        Undefined: there is none at this point.
        StudentError: an exponent or a number too large to be worked out.
    """
    op, args = node.op, node.args
    if op == "symbol":
        return point.values[str(node.value)]
    if op == "number":
        assert isinstance(node.value, Fraction)
        return point.algebra.number(node.value)
    if op == "decimal":
        return point.algebra.number(Fraction(str(node.value)))
    if op == "constant":
        return point.algebra.constant(str(node.value))
    if op == "identity":
        return _identity(node, point)
    if op == "sum":
        total = evaluate(args[0], point)
        for term in args[1:]:
            total = total + evaluate(term, point)
        return total
    if op == "broadcast":
        size = node.value if isinstance(node.value, int) else point.integers[str(node.value)]
        return point.algebra.matrix(size, 1, [evaluate(args[0], point)] * size)
    if op == "negate":
        return -evaluate(args[0], point)
    if op == "product":
        value = evaluate(args[0], point)
        for factor in args[1:]:
            value = times(value, evaluate(factor, point))
        return value
    if op == "hadamard":
        left, right = (evaluate(argument, point) for argument in args)
        if not (is_matrix(left) and is_matrix(right)):
            return left * right
        entries = [a * b for a, b in zip(left.entries(), right.entries(), strict=True)]
        return point.algebra.matrix(left.nrows(), left.ncols(), entries)
    if op == "divide":
        above, below = (evaluate(argument, point) for argument in args)
        if point.algebra.is_zero(below):
            raise Undefined(to_text(args[1]), "is 0 and is divided by")
        return above / below if not is_matrix(above) else above * (1 / below)
    if op == "power":
        return _power(node, point)
    if op == "transpose":
        value = evaluate(args[0], point)
        return value.transpose() if is_matrix(value) else value
    if op == "call":
        return _call(node, point)
    if op == "list":
        entries = [evaluate(entry, point) for entry in args]
        return point.algebra.matrix(len(entries), 1, entries)
    if op == "matrix":
        entries = [evaluate(cell, point) for row in args for cell in row.args]
        return point.algebra.matrix(len(args), len(args[0].args), entries)
    raise StudentError(f"{to_text(node)} has no value.", code="relation")


def times(left: Value, right: Value) -> Value:
    """The ordinary product; a 1 x 1 result is a scalar."""
    product = left * right
    if is_matrix(left) and is_matrix(right) and product.nrows() == 1 == product.ncols():
        return product[0, 0]
    return product


def _identity(node: Node, point: Point) -> Value:
    if node.value is None:
        # Nothing gave it a size: it only ever multiplied, and 1 does the same.
        return point.algebra.number(Fraction(1))
    size = node.value if isinstance(node.value, int) else point.integers[str(node.value)]
    zero, one = point.algebra.number(Fraction(0)), point.algebra.number(Fraction(1))
    entries = [one if row == column else zero for row in range(size) for column in range(size)]
    return point.algebra.matrix(size, size, entries)


def exact(node: Node, integers: Mapping[str, int]) -> Fraction | None:
    """The exact rational value of an exponent, or None when it has none."""
    op = node.op
    if op == "number":
        assert isinstance(node.value, Fraction)
        return node.value
    if op == "decimal":
        return Fraction(str(node.value))
    if op == "symbol":
        return Fraction(integers[str(node.value)]) if node.value in integers else None
    values = [exact(argument, integers) for argument in node.args]
    known = [value for value in values if value is not None]
    if len(known) < len(values) or not known:
        return None
    if op == "negate":
        return -known[0]
    if op == "sum":
        return sum(known, Fraction(0))
    if op == "product":
        product = Fraction(1)
        for value in known:
            product *= value
        return product
    if op == "divide":
        return known[0] / known[1] if known[1] else None
    if op == "power" and known[1].denominator == 1 and 0 <= known[1] <= 64 and abs(known[0]) <= 1000:
        return known[0] ** int(known[1])
    return None


def weight(node: Node, integers: Mapping[str, int] | None = None) -> int:
    """An upper bound on the degree of a formula and on the bits of its exact value, whichever is larger.

    Raises:
        StudentError: an exponent too large to be worked out.
    """
    op, args = node.op, node.args
    if op in ("number", "decimal"):
        value = Fraction(str(node.value)) if op == "decimal" else node.value
        assert isinstance(value, Fraction)
        return value.numerator.bit_length() + value.denominator.bit_length()
    if op == "power":
        exponent = exact(args[1], integers or {})
        if exponent is not None and abs(exponent) > EXPONENT:
            raise StudentError(f"The exponent {to_text(args[1])} is too large.", code="too-large")
        return weight(args[0], integers) * max(1, abs(int(exponent if exponent is not None else 8))) + 1
    inner = [weight(argument, integers) for argument in args]
    total = sum(inner) + 1
    # An inverse, a determinant or a pseudo-inverse of a small matrix: the size multiplies the degree.
    return total * 16 if op == "call" and call_name(node)[0] in ("inv", "pinv", "det") else total


def _power(node: Node, point: Point) -> Value:
    base_node, exponent_node = node.args
    exponent = exact(exponent_node, point.integers)
    if exponent is None:
        if base_node == Node("constant", (), "e"):
            return point.algebra.function("exp", 0, [evaluate(exponent_node, point)])
        base = evaluate(base_node, point)
        if is_matrix(base) or exponent_node.op in ("number", "decimal", "power"):
            raise StudentError(f"The exponent {to_text(exponent_node)} is too large.", code="too-large")
        return point.algebra.power(base, evaluate(exponent_node, point))
    if abs(exponent) > EXPONENT:
        raise StudentError(f"The exponent {to_text(exponent_node)} is too large.", code="too-large")
    if base_node.op == "call" and exponent.denominator == 1 and exponent % 2 == 0:
        # norm(v)^2 and abs(x)^2 need no root.
        name, _ = call_name(base_node)
        if name in ("norm", "abs"):
            square = _sum_of_squares(evaluate(base_node.args[0], point))
            return _whole_power(square, int(exponent) // 2, node, point)
    if base_node == Node("constant", (), "e"):
        return point.algebra.function("exp", 0, [point.algebra.number(exponent)])
    base = evaluate(base_node, point)
    if is_matrix(base) and node.value == "elementwise":
        entries = [_scalar_power(entry, exponent, node, point) for entry in base.entries()]
        return point.algebra.matrix(base.nrows(), base.ncols(), entries)
    if is_matrix(base):
        if exponent.denominator != 1:
            raise StudentError(f"{to_text(node)}: a matrix to a power that is not whole.", code="syntax")
        return _whole_power(base, int(exponent), node, point)
    return _scalar_power(base, exponent, node, point)


def _scalar_power(base: Scalar, exponent: Fraction, node: Node, point: Point) -> Scalar:
    if exponent.denominator == 1:
        return _whole_power(base, int(exponent), node, point)
    if exponent.denominator == 2:
        return _whole_power(point.algebra.root(base), exponent.numerator, node, point)
    return point.algebra.power(base, point.algebra.number(exponent))


def _whole_power(base: Value, exponent: int, node: Node, point: Point) -> Value:
    if exponent < 0:
        base, exponent = _inverse(base, node, point), -exponent
    if not is_matrix(base):
        return base**exponent
    result = None
    while exponent:
        if exponent & 1:
            result = base if result is None else result * base
        base, exponent = base * base if exponent > 1 else base, exponent >> 1
    if result is None:
        return _identity(Node("identity", (), base.nrows()), point)
    return result


def _inverse(value: Value, node: Node, point: Point) -> Value:
    if not is_matrix(value):
        if point.algebra.is_zero(value):
            raise Undefined(to_text(node.args[0]), "is 0 and is divided by")
        return 1 / value
    try:
        return value.inv()
    except ZeroDivisionError:
        raise Undefined(to_text(node.args[0]), "has no inverse") from None


def _sum_of_squares(value: Value) -> Scalar:
    if not is_matrix(value):
        return value * value
    entries = value.entries()
    total = entries[0] * entries[0]
    for entry in entries[1:]:
        total = total + entry * entry
    return total


def _call(node: Node, point: Point) -> Value:
    name, primes = call_name(node)
    algebra = point.algebra
    args = [evaluate(argument, point) for argument in node.args]
    value = args[0]
    if name == "norm":
        return algebra.root(_sum_of_squares(value))
    if name == "inv":
        return _inverse(value, node, point)
    if name == "pinv":
        return _pseudo_inverse(value, node)
    if name == "trace":
        return _total([value[i, i] for i in range(value.nrows())])
    if name == "det":
        return value.det()
    if name in ("total", "mean"):
        entries = value.entries() if is_matrix(value) else [value]
        total = _total(entries)
        return total if name == "total" else total * algebra.number(Fraction(1, len(entries)))
    if name == "diag":
        size, zero = value.nrows(), algebra.number(Fraction(0))
        entries = value.entries()
        cells = [entries[row] if row == column else zero for row in range(size) for column in range(size)]
        return algebra.matrix(size, size, cells)
    if name == "diagonal":
        return algebra.matrix(value.nrows(), 1, [value[i, i] for i in range(value.nrows())])
    if name == "softmax":
        powers = [algebra.function("exp", 0, [entry]) for entry in value.entries()]
        total = _total(powers)
        return algebra.matrix(value.nrows(), value.ncols(), [entry / total for entry in powers])
    if name == "sqrt" and not is_matrix(value):
        return algebra.root(value)
    if not is_matrix(value):
        return algebra.function(name, primes, args)
    columns = [argument.entries() for argument in args]
    entries = [algebra.function(name, primes, list(entry)) for entry in zip(*columns, strict=True)]
    return algebra.matrix(value.nrows(), value.ncols(), entries)


def _total(entries: Sequence[Scalar]) -> Scalar:
    total = entries[0]
    for entry in entries[1:]:
        total = total + entry
    return total


def _pseudo_inverse(value: Matrix, node: Node) -> Matrix:
    """The pseudo-inverse of a matrix of full rank, which is what rubrics declare."""
    turned = value.transpose()
    try:
        if value.nrows() >= value.ncols():
            return (turned * value).inv() * turned
        return turned * (value * turned).inv()
    except ZeroDivisionError:
        raise Undefined(to_text(node.args[0]), "does not have full rank") from None
