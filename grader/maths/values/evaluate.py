"""The value of a settled formula in any arithmetic: a finite field, exact rationals, or balls.

Scalars are FLINT scalars, vectors and matrices FLINT matrices (vectors are columns); products that come
out 1 x 1 are scalars. One function for each operation; the dictionary at the end names them.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from itertools import islice
from typing import Any

from grader.errors import StudentError
from grader.maths.notation.text import to_text
from grader.maths.tree import Node, value_of, walk
from grader.maths.values import binding, calls, whole
from grader.maths.values.algebra import (
    MATRICES,
    Algebra,
    Matrix,
    Point,
    Scalar,
    Unclear,
    Undefined,
    Value,
    is_matrix,
)
from grader.maths.values.exact import EXPONENT, exact
from grader.maths.values.whole import Rational

__all__ = ("Algebra", "Matrix", "Point", "Scalar", "Unclear", "Undefined", "Value", "evaluate", "is_matrix")

MATRIX_EXPONENT = 1_000

_E = Node("constant", (), "e")


def evaluate(node: Node, point: Point) -> Value:
    """The value of a formula that `shapes.infer` has settled.

    Raises:
        Undefined: there is none at this point.
        Unclear: the arithmetic cannot tell it.
        StudentError: an exponent or a number too large to be worked out, an index out of range.
    """
    op = node.op
    if op == "symbol":
        return point.values[node.value]  # type: ignore[index]
    kept = point.kept
    if kept is None or op in _CHEAP:
        return _OPERATIONS.get(op, _no_value)(node, point)
    found = kept.get(id(node))
    if found is None:
        return _worked_out(node, point, kept)
    if found[2]:
        point.algebra.met |= found[2]  # type: ignore[attr-defined]
    return found[1]


_CHEAP = frozenset("number decimal constant identity negate".split())


def _worked_out(node: Node, point: Point, kept: dict[int, tuple[object, Value, set[object]]]) -> Value:
    """The value of a tree not met before at this point; it is kept with what is met on the way."""
    field: Any = point.algebra
    outer = field.met
    met: set[object] = set()
    field.met = met
    try:
        value = _OPERATIONS.get(node.op, _no_value)(node, point)
    finally:
        field.met = outer
        if met:
            outer |= met
    if len(kept) >= _MOST_KEPT:
        kept.clear()
    kept[id(node)] = node, value, met
    return value


_MOST_KEPT = 4_000


def _no_value(node: Node, point: Point) -> Value:
    if node.op == "plusminus":
        raise StudentError(f"{to_text(node)} stands for two values.", code="plusminus")
    raise StudentError(f"{to_text(node)} has no value.", code="relation")


def _symbol(node: Node, point: Point) -> Value:
    return point.values[node.value]  # type: ignore[index]


def _number(node: Node, point: Point) -> Value:
    return point.algebra.number(node.value)  # type: ignore[arg-type]


def _decimal(node: Node, point: Point) -> Value:
    return point.algebra.number(value_of(node))


def _constant(node: Node, point: Point) -> Value:
    if node.value == "infinity":
        raise StudentError("Infinity is not a number here.", code="infinity")
    return point.algebra.constant(str(node.value))


def _identity(node: Node, point: Point) -> Value:
    if node.value is None:
        # Nothing gave it a size: it only ever multiplied, and 1 does the same.
        return point.algebra.number(Fraction(1))
    return point.algebra.identity(_size(node.value, point))


def _size(dimension: object, point: Point) -> int:
    return dimension if isinstance(dimension, int) else point.integers[str(dimension)]


def _sum(node: Node, point: Point) -> Value:
    total: Value = None
    # This and `_product` are the inner loops: leaves are looked up here, without another call.
    for term in node.args:
        op = term.op
        if op == "symbol":
            value = point.values[term.value]  # type: ignore[index]
        elif op == "negate" and total is not None:
            total = total - evaluate(term.args[0], point)
            continue
        else:
            value = evaluate(term, point)
        total = value if total is None else total + value
    return total


def _broadcast(node: Node, point: Point) -> Value:
    size = _size(node.value, point)
    return point.algebra.matrix(size, 1, [evaluate(node.args[0], point)] * size)


def _filled(node: Node, point: Point) -> Value:
    assert isinstance(node.value, tuple)
    rows, columns = (_size(dimension, point) for dimension in node.value)
    return point.algebra.matrix(rows, columns, [evaluate(node.args[0], point)] * (rows * columns))


def _negate(node: Node, point: Point) -> Value:
    return -evaluate(node.args[0], point)


def _product(node: Node, point: Point) -> Value:
    product: Value = None
    for factor in node.args:
        value = point.values[factor.value] if factor.op == "symbol" else evaluate(factor, point)  # type: ignore[index]
        if product is None:
            product = value
        else:
            left, product = product, product * value
            if MATRICES[type(product)] and product.nrows() == 1 == product.ncols():
                product = _unwrapped(product, left, value)
    return product


def times(left: Value, right: Value) -> Value:
    """The ordinary product; a 1 x 1 result is a scalar."""
    product = left * right
    return _unwrapped(product, left, right) if is_matrix(product) else product


def _unwrapped(product: Matrix, left: Value, right: Value) -> Value:
    if is_matrix(left) and is_matrix(right) and product.nrows() == 1 == product.ncols():
        return product[0, 0]
    return product


def _hadamard(node: Node, point: Point) -> Value:
    left, right = (evaluate(argument, point) for argument in node.args)
    if not (is_matrix(left) and is_matrix(right)):
        return left * right
    entries = [a * b for a, b in zip(left.entries(), right.entries(), strict=True)]
    return point.algebra.matrix(left.nrows(), left.ncols(), entries)


def _divide(node: Node, point: Point) -> Value:
    args = node.args
    above, below = evaluate(args[0], point), evaluate(args[1], point)
    _must_not_vanish(args[1], below, point)
    return above * (1 / below) if is_matrix(above) else above / below


def _must_not_vanish(node: Node, value: Scalar, point: Point) -> None:
    """Refuse a divisor that is 0: exactly, or as far as the exact values at this point tell."""
    if point.algebra.is_zero(value):
        raise Undefined(to_text(node), "is 0 and is divided by")
    if not point.algebra.is_clear(value) and exact_value(node, point) == 0:
        raise Undefined(to_text(node), "is 0 and is divided by")


def exact_value(node: Node, point: Point) -> Scalar | None:
    """The rational value of a formula at this point, or None when it has none or is not known to."""
    if point.exact is None:
        return None
    from grader.maths.values.rationals import NotRational

    try:
        return evaluate(node, point.exact)
    except (NotRational, Undefined, Unclear, KeyError, TypeError, AttributeError):
        return None


def _transpose(node: Node, point: Point) -> Value:
    value = evaluate(node.args[0], point)
    return value.transpose() if is_matrix(value) else value


def _call(node: Node, point: Point) -> Value:
    pair: Any = node.value
    name, primes = pair
    if name == "row_of":
        return binding.row(node, point, evaluate, exact)
    if name in whole.EXACT and not primes:
        known = exact(node, point.integers)
        if known is not None:
            return point.algebra.number(known)
        if name in calls.JUMPS:
            # A ball across a jump tells nothing; the exact point does.
            value = exact_value(node, point)
            if value is not None and not is_matrix(value):
                return point.algebra.number(Fraction(int(value.p), int(value.q)))
    return calls.call(node, [evaluate(argument, point) for argument in node.args], point, evaluate)


def _partial(node: Node, point: Point) -> Value:
    pair: Any = node.value
    name, orders = pair
    return point.algebra.unknown(name, orders, [evaluate(argument, point) for argument in node.args])


def _list(node: Node, point: Point) -> Value:
    entries = [evaluate(entry, point) for entry in node.args]
    return point.algebra.matrix(len(entries), 1, entries)


def _matrix(node: Node, point: Point) -> Value:
    entries = [evaluate(cell, point) for row in node.args for cell in row.args]
    return point.algebra.matrix(len(node.args), len(node.args[0].args), entries)


_SPECIAL_BASES = frozenset(("call", "constant"))


def _is_short(exponent: Node) -> bool:
    """Whether an exponent is worth a second, exact look: a tower of powers would get one on each floor."""
    return sum(1 for _ in islice(walk(exponent), _SHORT + 1)) <= _SHORT


_SHORT = 16


def _power(node: Node, point: Point) -> Value:
    base_node, exponent_node = node.args
    if exponent_node.op == "number" and base_node.op not in _SPECIAL_BASES:
        known: Any = exponent_node.value
        if known.denominator == 1 and 0 < known.numerator <= 64:
            base = evaluate(base_node, point)
            if not is_matrix(base):
                if point.algebra.generic:
                    return base * base if known.numerator == 2 else base**known.numerator
                return point.algebra.power(base, point.algebra.number(known))
            if node.value != "elementwise":
                return _whole_power(base, known.numerator, node, point)
    exponent = exact(exponent_node, point.integers)
    if exponent is None:
        if base_node == _E:
            return point.algebra.function("exp", [evaluate(exponent_node, point)])
        base = evaluate(base_node, point)
        if exponent_node.op in ("number", "decimal"):
            raise StudentError(f"The exponent {to_text(exponent_node)} is too large.", code="too-large")
        value = evaluate(exponent_node, point)
        if not is_matrix(base):
            if not point.algebra.generic and point.exact is not None and _is_short(exponent_node):
                # A ball does not tell that an exponent is 1/3, the exact point does: odd roots are real.
                known = exact_value(exponent_node, point)
                if known is not None and known.q != 1:
                    return _scalar_power(base, Fraction(int(known.p), int(known.q)), node, point)
            return point.algebra.power(base, value)
        if node.value != "elementwise":
            raise StudentError(f"{to_text(node)}: a matrix to a power that is not whole.", code="syntax")
        entries = [point.algebra.power(entry, value) for entry in base.entries()]
        return point.algebra.matrix(base.nrows(), base.ncols(), entries)
    if not -EXPONENT <= exponent <= EXPONENT:
        raise StudentError(f"The exponent {to_text(exponent_node)} is too large.", code="too-large")
    if base_node.op == "call" and exponent.denominator == 1:
        pair: Any = base_node.value
        name, primes = pair
        if name in ("norm", "abs") and not primes and len(base_node.args) == 1 and exponent % 2 == 0:
            # norm(v)^2 and abs(x)^2 need no root.
            square = calls.sum_of_squares(evaluate(base_node.args[0], point), point.algebra)
            return _whole_power(square, int(exponent) // 2, node, point)
        if name == "sqrt" and not primes and point.algebra.generic and exponent > 0:
            inside = evaluate(base_node.args[0], point)
            if not is_matrix(inside):
                return point.algebra.power_of_root(inside, 2, int(exponent))  # type: ignore[attr-defined]
    if base_node == _E:
        return point.algebra.function("exp", [point.algebra.number(exponent)])
    base = evaluate(base_node, point)
    if is_matrix(base) and node.value == "elementwise":
        entries = [_scalar_power(entry, exponent, node, point) for entry in base.entries()]
        return point.algebra.matrix(base.nrows(), base.ncols(), entries)
    if is_matrix(base):
        if exponent.denominator != 1:
            raise StudentError(f"{to_text(node)}: a matrix to a power that is not whole.", code="syntax")
        return _whole_power(base, int(exponent), node, point)
    return _scalar_power(base, exponent, node, point)


def _scalar_power(base: Scalar, exponent: Rational, node: Node, point: Point) -> Scalar:
    if exponent.denominator == 1:
        return _whole_power(base, int(exponent), node, point)
    if exponent < 0:
        _must_not_vanish(node.args[0], base, point)
    if exponent.denominator == 2 and not point.algebra.generic:
        return _whole_power(point.algebra.root(base), exponent.numerator, node, point)
    return point.algebra.rational_power(base, Fraction(exponent))


def _whole_power(base: Value, exponent: int, node: Node, point: Point) -> Value:
    if exponent < 0:
        if is_matrix(base):
            base = calls.inverse(base, node.args[0], point, evaluate)
        else:
            _must_not_vanish(node.args[0], base, point)
            base = 1 / base
        exponent = -exponent
    if not is_matrix(base):
        if not point.algebra.generic:
            return point.algebra.power(base, point.algebra.number(Fraction(exponent)))
        return base**exponent
    if exponent > MATRIX_EXPONENT:
        raise StudentError(f"The exponent {exponent} is too large.", code="too-large")
    result = None
    while exponent:
        if exponent & 1:
            result = base if result is None else result * base
        base, exponent = base * base if exponent > 1 else base, exponent >> 1
    return point.algebra.identity(base.nrows()) if result is None else result


def _fold(node: Node, point: Point) -> Value:
    return binding.fold(node, point, evaluate, exact)


def _entry(node: Node, point: Point) -> Value:
    return binding.entry(node, point, evaluate, exact)


def _cases(node: Node, point: Point) -> Value:
    return binding.cases(node, point, evaluate)


def _indicator(node: Node, point: Point) -> Value:
    return binding.indicator(node, point, evaluate)


def _integral(node: Node, point: Point) -> Value:
    return binding.integral(node, point, evaluate)


def _opaque(node: Node, point: Point) -> Value:
    return binding.opaque(node, point, evaluate)


_OPERATIONS: dict[str, Callable[[Node, Point], Value]] = {
    "symbol": _symbol,
    "number": _number,
    "decimal": _decimal,
    "constant": _constant,
    "identity": _identity,
    "sum": _sum,
    "broadcast": _broadcast,
    "filled": _filled,
    "negate": _negate,
    "product": _product,
    "hadamard": _hadamard,
    "divide": _divide,
    "power": _power,
    "transpose": _transpose,
    "call": _call,
    "partial": _partial,
    "list": _list,
    "matrix": _matrix,
    "fold": _fold,
    "entry": _entry,
    "cases": _cases,
    "indicator": _indicator,
    "integral": _integral,
    "limit": _opaque,
    "derivative": _opaque,
}
