"""The sign of a real formula at a point: exact where it can be, else by balls of rising precision."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

from grader.errors import StudentError
from grader.maths.sameness.polynomials import constant, root_degree, whole_power
from grader.maths.sameness.realsets import PRECISIONS, End, Unsettled
from grader.maths.tree import Node, names_in

# A value that straddles zero at so many bits is taken for zero.
_LAST = PRECISIONS[-1]
_MOST_EXPONENT = 20_000


class NoValue(Exception):
    """The formula has no real value at the point."""


def sign_at(node: Node, point: Mapping[str, End]) -> int | None:
    """-1, 0 or 1 for a formula at a point, or None where it has no real value.

    Raises:
        Unsettled: a value cannot be worked out, or not precisely enough.
    """
    exact = exact_value(node, point)
    if exact is not None:
        return (exact > 0) - (exact < 0)
    for precision in PRECISIONS:
        try:
            value = ball_value(node, point, precision)
        except NoValue:
            return None
        if value is None:
            continue
        if value > 0:
            return 1
        if value < 0:
            return -1
    if value is None:
        return None
    if not value.rad() < 2.0 ** -(_LAST // 2):
        raise Unsettled("the sign of a value that is not known precisely")
    return 0


def exact_value(node: Node, point: Mapping[str, End]) -> Fraction | None:
    """The value of a rational formula at a rational point; None where it is not one, or has no value."""
    op, args = node.op, node.args
    if op in ("number", "decimal"):
        return constant(node)
    if op == "symbol":
        end = point.get(str(node.value))
        return None if end is None else end.fraction
    if op in ("sum", "product", "hadamard"):
        total = Fraction(op != "sum")
        for arg in args:
            value = exact_value(arg, point)
            if value is None:
                return None
            total = total + value if op == "sum" else total * value
        return total
    if op == "negate":
        value = exact_value(args[0], point)
        return None if value is None else -value
    if op == "divide":
        above, below = exact_value(args[0], point), exact_value(args[1], point)
        return above / below if above is not None and below else None
    exponent = whole_power(node)
    if exponent is not None and abs(exponent) <= _MOST_EXPONENT:
        value = exact_value(args[0], point)
        if value is None or (value == 0 and exponent < 0):
            return None
        if abs(exponent) * max(value.numerator.bit_length(), value.denominator.bit_length()) > 200_000:
            return None
        return value**exponent
    if op == "call" and node.value == ("abs", 0):
        value = exact_value(args[0], point)
        return None if value is None else abs(value)
    return None


def ball_value(node: Node, point: Mapping[str, End], precision: int) -> Any:
    """A real ball that holds the value at the point; None where more precision is needed.

    Raises:
        NoValue: there is no real value.
        Unsettled: the formula cannot be evaluated.
    """
    from flint import acb, arb, ctx

    from grader.maths.values.evaluate import Undefined

    values = {name: end.ball(precision) for name, end in point.items()}
    try:
        with ctx.workprec(precision):
            value = _ball(node, values, precision == _LAST)
    except (Undefined, ZeroDivisionError):
        raise NoValue from None
    except (StudentError, KeyError, ArithmeticError, TypeError, AttributeError, ValueError) as error:
        raise Unsettled(f"a value: {error}") from None
    if not isinstance(value, arb | acb):
        raise Unsettled("a value that is no number")
    if isinstance(value, acb):
        if not value.imag == 0 and not value.imag.contains(0):
            raise NoValue
        value = value.real
    return value if value.is_finite() else None


def _ball(node: Node, values: Mapping[str, Any], last: bool) -> Any:
    from flint import arb, fmpq

    op, args = node.op, node.args
    if op == "symbol":
        return values[str(node.value)]
    if op in ("number", "decimal"):
        exact = constant(node)
        if exact is None:
            raise Unsettled("a number that is too large")
        return arb(fmpq(exact.numerator, exact.denominator))
    if op == "sum":
        total = _ball(args[0], values, last)
        for arg in args[1:]:
            total = total + _ball(arg, values, last)
        return total
    if op in ("product", "hadamard"):
        total = _ball(args[0], values, last)
        for arg in args[1:]:
            total = total * _ball(arg, values, last)
        return total
    if op == "negate":
        return -_ball(args[0], values, last)
    if op == "divide":
        below = _ball(args[1], values, last)
        if last and below.contains(0):
            raise NoValue
        return _ball(args[0], values, last) / below
    exponent = whole_power(node)
    if exponent is not None:
        if abs(exponent) > _MOST_EXPONENT:
            raise Unsettled("a power that is too large")
        base = _ball(args[0], values, last)
        if last and exponent < 0 and base.contains(0):
            raise NoValue
        return base**exponent
    if op == "power":
        power = constant(args[1])
        if power is not None and 1 < power.denominator <= 64 and abs(power.numerator) <= 64:
            root = _real_root(_ball(args[0], values, last), power.denominator, last)
            if last and power < 0 and root.contains(0):
                raise NoValue
            return root**power.numerator
    if op == "call" and node.value == ("log", 0) and len(args) == 2:
        return _ball(Node("divide", tuple(Node("call", (arg,), ("log", 0)) for arg in args)), values, last)
    degree = root_degree(node)
    if degree is not None:
        return _real_root(_ball(args[0], values, last), degree, last)
    return _other(node, values, last)


def _real_root(base: Any, degree: int, last: bool) -> Any:
    from flint import arb

    if not isinstance(base, arb):
        raise NoValue
    if base.contains(0):
        # At the last precision a value around zero is taken for zero, so that sqrt(x^2 - 2) is 0 at sqrt(2).
        return arb(0) if last else arb("nan")
    if base < 0:
        if degree % 2 == 0:
            raise NoValue
        return -((-base).root(degree))
    return base.root(degree)


def _other(node: Node, values: Mapping[str, Any], last: bool) -> Any:
    """Everything else goes to the general evaluation; the arguments of functions are worked out here."""
    from grader.maths.values.balls import Balls
    from grader.maths.values.evaluate import Point, evaluate

    if node.op == "call":
        args = [_ball(arg, values, last) for arg in node.args]
        node = Node("call", tuple(Node("symbol", (), f"#{k}") for k in range(len(args))), node.value)
        values = {f"#{k}": value for k, value in enumerate(args)}
    used = {name: value for name, value in values.items() if name in names_in(node)}
    integers = {}
    for name, value in used.items():
        whole = value.unique_fmpz() if hasattr(value, "unique_fmpz") and value.is_exact() else None
        if whole is not None:
            integers[name] = int(whole)
    return evaluate(node, Point(Balls({}), used, integers))
