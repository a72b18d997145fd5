"""The values of function calls: matrix functions, reductions, and functions applied entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from typing import Any

from grader.errors import StudentError
from grader.maths.notation.text import to_text
from grader.maths.tree import Node
from grader.maths.values.algebra import Algebra, Matrix, Point, Scalar, Unclear, Undefined, Value, is_matrix

Evaluate = Callable[[Node, Point], Value]
# Functions with jumps: at rational points they are worked out exactly.
JUMPS = frozenset("floor ceil round sign heaviside mod gcd lcm".split())
_MOST_KEPT = 100
PLACE = "the argument"  # the bound name in the derivatives of known functions


def call(node: Node, args: Sequence[Value], point: Point, evaluate: Evaluate) -> Value:
    """The value of a function at its arguments, which are worked out already.

    Raises:
        Undefined: it has none there.
        Unclear: the arithmetic cannot tell it.
    """
    pair: Any = node.value
    name, primes = pair
    algebra = point.algebra
    if not primes and name in _ARRAYS:
        return _ARRAYS[name](args, node, point)
    if name in ("inv", "pinv"):
        find = inverse if name == "inv" else _pseudo_inverse
        return find(args[0], node.args[0], point, evaluate)
    if name in ("max", "min") and len(args) == 1 and is_matrix(args[0]):
        return algebra.function(name, list(args[0].entries()))
    meaning = algebra.meanings.get(name, name)
    if name in algebra.meanings and meaning == name:
        if algebra.generic and len(args) == 1 and node.args[0].op == "symbol":
            return _of_name(name, primes, args[0], algebra)
        return _each(lambda entry: algebra.unknown(name, (primes,) * bool(primes), entry), args, algebra)
    if meaning == "softmax":
        return _softmax(args, node, point)
    if not primes:
        if meaning == "sqrt":
            return _each(lambda entry: algebra.root(entry[0]), args, algebra)
        return _each(lambda entry: algebra.function(meaning, entry), args, algebra)
    from grader.maths.values.derivative import known_derivative

    formula = known_derivative(meaning, primes)
    if formula is None:
        if not algebra.generic:
            raise Unclear
        algebra.blind()
        return _each(lambda entry: algebra.unknown(meaning, (primes,), entry), args, algebra)
    return _each(lambda entry: evaluate(formula, point.bind(PLACE, entry[0])), args, algebra)


def _of_name(name: str, primes: int, value: Value, algebra: Any) -> Value:
    """An unknown function of a declared name; at one point it is the same for every answer, and kept."""
    key = (name, primes, id(value))
    kept = algebra.applied.get(key)
    if kept is None or kept[0] is not value:
        found = _each(lambda entry: algebra.unknown(name, (primes,) * bool(primes), entry), [value], algebra)
        kept = value, found
        if len(algebra.applied) < _MOST_KEPT:
            algebra.applied[key] = kept
    return kept[1]


def _each(function: Callable[[list[Scalar]], Scalar], args: Sequence[Value], algebra: Algebra) -> Value:
    """A function of scalars, entry by entry; numbers beside vectors are repeated."""
    if len(args) == 1 and not is_matrix(args[0]):
        return function([args[0]])
    shaped = next((argument for argument in args if is_matrix(argument)), None)
    if shaped is None:
        return function(list(args))
    rows, columns = shaped.nrows(), shaped.ncols()
    cells = [list(arg.entries()) if is_matrix(arg) else [arg] * (rows * columns) for arg in args]
    return algebra.matrix(rows, columns, [function(list(entry)) for entry in zip(*cells, strict=True)])


def total(entries: Sequence[Scalar]) -> Scalar:
    """The sum of at least one scalar."""
    value = entries[0]
    for entry in entries[1:]:
        value = value + entry
    return value


def sum_of_squares(value: Value, algebra: Algebra) -> Scalar:
    """The sum of the squares of the absolute values of all entries."""
    if not is_matrix(value):
        return value * value if not algebra.plural else algebra.absolute_square(value)
    if not algebra.plural:
        return total([entry * entry for entry in value.entries()])
    return total([algebra.absolute_square(entry) for entry in value.entries()])


def inverse(value: Matrix, node: Node, point: Point, evaluate: Evaluate) -> Matrix:
    """The inverse of a matrix (or of a number).

    Raises:
        Undefined: it has none.
    """
    if not is_matrix(value):
        if point.algebra.is_zero(value):
            raise Undefined(to_text(node), "is 0 and is divided by")
        return 1 / value
    try:
        return value.inv()
    except ZeroDivisionError:
        raise _singular(node, point, evaluate, "has no inverse") from None


def _singular(node: Node, point: Point, evaluate: Evaluate, why: str) -> Exception:
    if point.exact is None:
        return Undefined(to_text(node), why)
    from grader.maths.values.rationals import NotRational

    # Balls only fail to prove an inverse; the exact point tells whether there is one.
    try:
        value = evaluate(node, point.exact)
        clear = value.rank() == min(value.nrows(), value.ncols())
    except (NotRational, Undefined, Unclear, AttributeError):
        return Unclear()
    return Unclear() if clear else Undefined(to_text(node), why)


def _pseudo_inverse(value: Matrix, node: Node, point: Point, evaluate: Evaluate) -> Matrix:
    """The pseudo-inverse of a matrix of full rank, which is what rubrics declare."""
    if not is_matrix(value):
        return inverse(value, node, point, evaluate)
    turned = value.transpose()
    try:
        if value.nrows() >= value.ncols():
            return (turned * value).inv() * turned
        return turned * (value * turned).inv()
    except ZeroDivisionError:
        raise _singular(node, point, evaluate, "does not have full rank") from None


def _norm(args: Sequence[Value], node: Node, point: Point) -> Scalar:
    algebra, value = point.algebra, args[0]
    if len(args) == 1:
        if not is_matrix(value):
            return algebra.function("abs", [value])
        return algebra.root(sum_of_squares(value, algebra))
    order = node.args[1]
    entries = list(value.entries()) if is_matrix(value) else [value]
    sizes = [algebra.function("abs", [entry]) for entry in entries]
    wide = is_matrix(value) and min(value.nrows(), value.ncols()) > 1
    infinite = order.op == "constant" and order.value == "infinity"
    if wide:
        # The operator norms: largest sum of a column or of a row. The spectral norm is not worked out.
        columns = value.ncols()
        rows = [sizes[start : start + columns] for start in range(0, len(sizes), columns)]
        if infinite:
            return algebra.function("max", [total(row) for row in rows])
        if order.value == Fraction(1):
            return algebra.function("max", [total(list(column)) for column in zip(*rows, strict=True)])
        if algebra.generic:
            algebra.blind()
            return algebra.unknown("operator norm", (), [*entries, args[1]])
        raise Unclear
    if infinite:
        return algebra.function("max", sizes)
    if order.value == Fraction(1):
        return total(sizes)
    if order.value == Fraction(2):
        return algebra.root(sum_of_squares(value, algebra))
    powers = [algebra.power(size, args[1]) for size in sizes]
    return algebra.power(total(powers), 1 / args[1])


def _trace(args: Sequence[Value], node: Node, point: Point) -> Scalar:
    value = args[0]
    return total([value[i, i] for i in range(value.nrows())]) if is_matrix(value) else value


def _det(args: Sequence[Value], node: Node, point: Point) -> Scalar:
    return args[0].det() if is_matrix(args[0]) else args[0]


def _rank(args: Sequence[Value], node: Node, point: Point) -> Scalar:
    if not is_matrix(args[0]):
        return point.algebra.number(Fraction(0 if point.algebra.is_zero(args[0]) else 1))
    if not hasattr(args[0], "rank"):
        raise Unclear
    return point.algebra.number(Fraction(args[0].rank()))


def _total(args: Sequence[Value], node: Node, point: Point) -> Scalar:
    return total(args[0].entries()) if is_matrix(args[0]) else args[0]


def _mean(args: Sequence[Value], node: Node, point: Point) -> Scalar:
    if not is_matrix(args[0]):
        return args[0]
    entries = args[0].entries()
    return total(entries) * point.algebra.number(Fraction(1, len(entries)))


def _diag(args: Sequence[Value], node: Node, point: Point) -> Matrix:
    entries, zero = args[0].entries(), point.algebra.number(Fraction(0))
    size = len(entries)
    cells = [entries[row] if row == column else zero for row in range(size) for column in range(size)]
    return point.algebra.matrix(size, size, cells)


def _diagonal(args: Sequence[Value], node: Node, point: Point) -> Matrix:
    value = args[0]
    entries = [value[i, i] for i in range(value.nrows())]
    return point.algebra.matrix(value.nrows(), 1, entries)


def _softmax(args: Sequence[Value], node: Node, point: Point) -> Matrix:
    if node.value[1]:  # type: ignore[index]
        raise StudentError("The derivative of softmax is a matrix; write it out.", code="derivative")
    value, algebra = args[0], point.algebra
    entries = value.entries() if is_matrix(value) else [value]
    powers = [algebra.function("exp", [entry]) for entry in entries]
    below = total(powers)
    if not is_matrix(value):
        return powers[0] / below
    return algebra.matrix(value.nrows(), value.ncols(), [entry / below for entry in powers])


def _cross(args: Sequence[Value], node: Node, point: Point) -> Matrix:
    a, b = (argument.entries() for argument in args)
    cells = [a[i] * b[j] - a[j] * b[i] for i, j in ((1, 2), (2, 0), (0, 1))]
    return point.algebra.matrix(3, 1, cells)


def _conjugate_transpose(args: Sequence[Value], node: Node, point: Point) -> Value:
    turned = args[0].transpose() if is_matrix(args[0]) else args[0]
    if not point.algebra.plural:
        return turned
    return _each(lambda entry: point.algebra.function("conj", entry), [turned], point.algebra)


_ARRAYS: dict[str, Callable[[Sequence[Value], Node, Point], Value]] = {
    "norm": _norm,
    "trace": _trace,
    "det": _det,
    "rank": _rank,
    "total": _total,
    "mean": _mean,
    "diag": _diag,
    "diagonal": _diagonal,
    "cross": _cross,
    "dag": _conjugate_transpose,
}
