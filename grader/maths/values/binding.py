"""The values of what binds names or chooses: sums over an index, entries, cases, conditions, integrals."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any

from grader.errors import StudentError
from grader.maths.notation.text import to_text
from grader.maths.tree import Node, bound_name
from grader.maths.values.algebra import Point, Scalar, Unclear, Undefined, Value, is_matrix
from grader.maths.values.whole import Rational

Evaluate = Callable[[Node, Point], Value]
Exact = Callable[[Node, Mapping[str, int]], Rational | None]


def fold(node: Node, point: Point, evaluate: Evaluate, exact: Exact) -> Value:
    """A sum or product over an index with exact limits; empty ones are 0 and 1.

    Raises:
        Unclear: the limits are not whole numbers at this point.
        StudentError: too many terms.
    """
    pair: Any = node.value
    kind, index = pair
    body, *ends = node.args
    limits = [_whole(end, point, evaluate, exact) for end in ends]
    first, last = (*limits, None, None)[:2]
    if first is None or last is None:
        return opaque(node, point, evaluate)
    algebra = point.algebra
    point.spend(max(0, last - first + 1))
    value = None
    for k in range(first, last + 1):
        number = algebra.number(Fraction(k))
        rational = None if point.exact is None else point.exact.algebra.number(Fraction(k))
        term = evaluate(body, point.bind(index, number, k, rational))
        value = term if value is None else value + term if kind == "sum" else value * term
    return algebra.number(Fraction(int(kind == "product"))) if value is None else value


def _whole(node: Node, point: Point, evaluate: Evaluate, exact: Exact) -> int | None:
    if node.op == "constant":
        return None
    value = exact(node, point.integers)
    if value is None or value.denominator != 1:
        return None
    return int(value)


def entry(node: Node, point: Point, evaluate: Evaluate, exact: Exact) -> Value:
    """An entry of a vector or matrix, counted from 1; of another name, a family of unknown numbers.

    Raises:
        StudentError: the index is out of range.
    """
    array, *places = node.args
    if node.value is not None:  # settled as a family
        return point.algebra.unknown(str(node.value), (), [evaluate(place, point) for place in places])
    value = evaluate(array, point)
    indices = [exact(place, point.integers) for place in places]
    if any(index is None or index.denominator != 1 for index in indices):
        if not point.algebra.generic:
            raise Unclear
        point.algebra.blind()
        cells = list(value.entries()) if is_matrix(value) else [value]
        return point.algebra.unknown("entry", (), [*cells, *(evaluate(place, point) for place in places)])
    if not is_matrix(value):
        value = point.algebra.matrix(1, 1, [value])
    sizes = (value.nrows(), value.ncols())
    whole = [int(index) for index in indices if index is not None]
    if len(whole) == 1:
        whole = [1, whole[0]] if sizes[0] == 1 and sizes[1] > 1 else [whole[0], 1]
    for index, size in zip(whole, sizes, strict=True):
        if not 1 <= index <= size:
            raise StudentError(f"{to_text(node)}: there is no entry {index} of {size}.", code="index")
    return value[whole[0] - 1, whole[1] - 1]


def row(node: Node, point: Point, evaluate: Evaluate, exact: Exact) -> Value:
    """A row of a matrix as a column, counted from 1.

    Raises:
        Unclear: the index is no whole number at this point.
        StudentError: the index is out of range.
    """
    array, place = node.args
    value, index = evaluate(array, point), exact(place, point.integers)
    if index is None or index.denominator != 1 or not is_matrix(value):
        raise Unclear
    if not 1 <= index <= value.nrows():
        raise StudentError(f"{to_text(node)}: there is no row {index} of {value.nrows()}.", code="index")
    cells = [value[int(index) - 1, column] for column in range(value.ncols())]
    return point.algebra.matrix(len(cells), 1, cells)


def cases(node: Node, point: Point, evaluate: Evaluate) -> Value:
    """The value of the first case whose condition holds.

    Raises:
        Undefined: none holds.
        Unclear: it cannot be told whether one holds.
    """
    args = node.args
    terms: list[tuple[Scalar, Value]] = []
    rest: Scalar | None = None
    last: Value | None = None
    for position in range(0, len(args) - 1, 2):
        truth = condition(args[position + 1], point, evaluate)
        if truth is False:
            continue
        value = evaluate(args[position], point)
        if truth is True:
            last = value
            break
        terms.append((truth if rest is None else rest * truth, value))
        rest = 1 - truth if rest is None else rest * (1 - truth)
    else:
        if len(args) % 2:
            last = evaluate(args[-1], point)
        elif rest is None:
            raise Undefined("the formula", "has no case for this point")
        else:
            point.algebra.blind()
            last = point.algebra.unknown("no case", (), [])
            shaped = terms[0][1]
            if is_matrix(shaped):
                rows, columns = shaped.nrows(), shaped.ncols()
                last = point.algebra.matrix(rows, columns, [last] * (rows * columns))
    assert last is not None
    if rest is None:
        return last
    result = rest * last
    for truth, value in terms:
        result = result + truth * value
    return result


def indicator(node: Node, point: Point, evaluate: Evaluate) -> Scalar:
    """1 where the condition holds, 0 where it does not.

    Raises:
        Unclear: it cannot be told which.
    """
    truth = condition(node.args[0], point, evaluate)
    return point.algebra.number(Fraction(int(truth))) if isinstance(truth, bool) else truth


def condition(node: Node, point: Point, evaluate: Evaluate) -> bool | Scalar:
    """Whether a condition holds at a point; in a field, a random value that stands for that.

    Raises:
        Unclear: it cannot be told.
        StudentError: it is no condition.
    """
    op, args = node.op, node.args
    if op == "truth":
        return bool(node.value)
    if op == "not":
        return _not(condition(args[0], point, evaluate))
    if op in ("and", "or"):
        return _junction(op, [_try(argument, point, evaluate) for argument in args])
    if op == "implies":
        left, right = (_try(argument, point, evaluate) for argument in args)
        return _junction("or", [None if left is None else _not(left), right])
    if op == "relation":
        signs = node.value if isinstance(node.value, tuple) else (node.value,) * (len(args) - 1)
        links = zip(args, signs, args[1:], strict=False)
        return _junction("and", [_relation(str(s), a, b, point, evaluate) for a, s, b in links])
    if op == "member":
        return _member(args[0], args[1], point, evaluate)
    raise StudentError(f"{to_text(node)} is not a condition.", code="condition")


def _not(truth: bool | Scalar) -> bool | Scalar:
    return not truth if isinstance(truth, bool) else 1 - truth


def _try(node: Node, point: Point, evaluate: Evaluate) -> bool | Scalar | None:
    try:
        return condition(node, point, evaluate)
    except Unclear:
        return None


def _junction(op: str, truths: list[bool | Scalar | None]) -> bool | Scalar:
    decisive = op == "or"
    if any(truth is decisive for truth in truths):
        return decisive
    if any(truth is None for truth in truths):
        raise Unclear
    value: bool | Scalar = not decisive
    for truth in truths:
        if not isinstance(truth, bool):
            if isinstance(value, bool):
                value = truth
            else:
                value = value + truth - value * truth if decisive else value * truth
    return value


def _relation(sign: str, left: Node, right: Node, point: Point, evaluate: Evaluate) -> bool | Scalar | None:
    if "infinity" in (_infinite(left), _infinite(right)):
        return _against_infinity(sign, left, right)
    if point.exact is not None:
        from grader.maths.values.rationals import NotRational

        try:
            values = [evaluate(side, point.exact) for side in (left, right)]
            if not any(is_matrix(value) for value in values):
                return point.exact.algebra.holds(sign, *values)
        except (NotRational, Unclear, KeyError):
            pass
    a, b = evaluate(left, point), evaluate(right, point)
    if is_matrix(a) or is_matrix(b):
        raise StudentError("A condition compares numbers.", code="condition")
    try:
        return point.algebra.holds(sign, a, b)
    except Unclear:
        return None


def _infinite(node: Node) -> str:
    node = node.args[0] if node.op == "negate" else node
    return "infinity" if node.op == "constant" and node.value == "infinity" else ""


def _against_infinity(sign: str, left: Node, right: Node) -> bool:
    def side(node: Node) -> int:
        return 0 if not _infinite(node) else -1 if node.op == "negate" else 1

    a, b = side(left), side(right)
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b, "=": a == b, "!=": a != b}[sign]


def _member(element: Node, where: Node, point: Point, evaluate: Evaluate) -> bool | Scalar:
    op, args = where.op, where.args
    if op == "set":
        return _junction("or", [_relation("=", element, one, point, evaluate) for one in args] or [False])
    if op == "interval":
        closed = where.value if isinstance(where.value, tuple) else (True, True)
        signs = ["<=" if end else "<" for end in closed]
        return _junction(
            "and",
            [
                _relation(signs[0], args[0], element, point, evaluate),
                _relation(signs[1], element, args[1], point, evaluate),
            ],
        )
    if op in ("union", "intersection"):
        parts: list[bool | Scalar | None] = [_member(element, part, point, evaluate) for part in args]
        return _junction("or" if op == "union" else "and", parts)
    if op == "difference":
        first, second = (_member(element, part, point, evaluate) for part in args)
        return _junction("and", [first, _not(second)])
    if op == "named" and where.value == "reals" and not point.algebra.plural:
        return True
    if op == "named" and where.value == "complex":
        return True
    if op == "named" and where.value in ("integers", "naturals"):
        floor = Node("call", (element,), ("floor", 0))
        whole = _relation("=", element, floor, point, evaluate)
        if where.value == "integers":
            return _junction("and", [whole])
        zero = Node("number", (), Fraction(0))
        return _junction("and", [whole, _relation(">=", element, zero, point, evaluate)])
    raise StudentError(f"{to_text(where)} is not a set one can decide here.", code="condition")


def integral(node: Node, point: Point, evaluate: Evaluate) -> Scalar:
    """A definite integral between finite limits, with a rigorous error bound.

    Raises:
        Unclear: it does not converge within the allowed work, or has no limits.
    """
    algebra = point.algebra
    if algebra.generic:
        return opaque(node, point, evaluate)
    if len(node.args) != 3 or any(_infinite(end) for end in node.args[1:]):
        raise Unclear
    integrate = getattr(algebra, "integrate", None)
    if integrate is None:
        from grader.maths.values.rationals import NotRational

        raise NotRational("integral")
    body, lower, upper = node.args
    ends = [evaluate(end, point) for end in (lower, upper)]
    point.spend(100)
    return integrate(body, str(node.value), *ends, point, evaluate)


def opaque(node: Node, point: Point, evaluate: Evaluate) -> Scalar:
    """What only a field can give a value: a random one that depends on the values inside.

    The bound name stands for a random element that depends on how deep it is, not on the letter.

    Raises:
        Unclear: in every other arithmetic.
    """
    algebra = point.algebra
    if not algebra.generic:
        raise Unclear
    algebra.blind()
    name = bound_name(node)
    assert name is not None
    inner = point.bind(name, algebra.unknown("bound", (), [algebra.number(Fraction(point.depth))]))
    value = evaluate(node.args[0], inner)
    cells = list(value.entries()) if is_matrix(value) else [value]
    label = [node.op, *(str(part) for part in (node.value if isinstance(node.value, tuple) else ()))]
    if node.op == "derivative" or (node.op == "integral" and len(node.args) == 1):
        cells.append(point.values[name])
    ends = []
    for end in node.args[1:]:
        if _infinite(end):
            label.append("-infinity" if end.op == "negate" else "infinity")
        else:
            ends.append(evaluate(end, point))
    kind = " ".join(part for part in label if part != name)
    return algebra.unknown(kind, (), [*cells, *ends])
