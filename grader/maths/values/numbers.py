"""Formulas without symbols as numbers: exact where they are rational, balls where they are not."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.names import Symbol, Symbols
from grader.maths.tree import Node, names_in, number, value_of

if TYPE_CHECKING:
    from flint import arb


def evaluate(node: Node, values: Mapping[str, Fraction] | None = None) -> Fraction | arb:
    """The value of a scalar formula; `values` gives its symbols, if it has any.

    >>> evaluate(Node("divide", (number(1), number(4))))
    Fraction(1, 4)

    Raises:
        StudentError: it has symbols without a value, no value at all (a division by zero), or is too large.
    """
    plain = _plain(node)
    if plain is not None:
        return plain
    from flint import fmpq

    from grader.maths.values import evaluate as evaluation
    from grader.maths.values.algebra import Unclear
    from grader.maths.values.exact import weight
    from grader.maths.values.rationals import BITS, NotRational, Rationals
    from grader.maths.values.shapes import infer

    if node.op in ("list", "matrix", "relation"):
        raise StudentError("One number is wanted here.", code="not-a-number")
    given = dict(values or {})
    unknown = sorted(names_in(node) - given.keys())
    if unknown:
        raise StudentError(f"A number is wanted, but {unknown[0]} has no value here.", code="not-a-number")
    node, _ = infer(node, Symbols({name: Symbol(name, "scalar") for name in given}))
    if weight(node) > BITS:
        raise StudentError("The number is too large.", code="too-large")
    integers = {name: int(value) for name, value in given.items() if value.denominator == 1}
    exact = {name: fmpq(value.numerator, value.denominator) for name, value in given.items()}
    try:
        try:
            result = evaluation.evaluate(node, evaluation.Point(Rationals(), exact, integers))
            if not isinstance(result, fmpq):
                raise StudentError("One number is wanted here.", code="not-a-number")
            return Fraction(int(result.p), int(result.q))
        except NotRational:
            # Last, so that a self-check can do without: where it runs there are no error bounds.
            from flint import acb

            from grader.maths.values.balls import Balls

            balls = Balls({})
            real = {name: balls.number(value) for name, value in given.items()}
            point = evaluation.Point(Rationals(), exact, integers)
            ball: arb = evaluation.evaluate(node, evaluation.Point(balls, real, integers, point))
    except evaluation.Undefined as error:
        raise StudentError(f"This has no value: {error}.", code="not-a-number") from None
    except (AttributeError, TypeError, ZeroDivisionError, Unclear):
        raise StudentError("This has no value as a number.", code="not-a-number") from None
    if isinstance(ball, acb) or not ball.is_finite():
        raise StudentError("This has no finite value.", code="not-a-number")
    return ball


def _plain(node: Node) -> Fraction | None:
    """The value of a number as it is typed, with its sign; most entries of arrays are no more."""
    if node.op == "number" and isinstance(node.value, Fraction):
        return node.value
    if node.op == "decimal":
        return value_of(node)
    if node.op == "negate":
        inner = _plain(node.args[0])
        return None if inner is None else -inner
    return None


def from_python(value: object) -> Node:
    """The node of a Python value from a reference: numbers, and nested lists or tuples of them.

    Raises:
        TypeError: anything else, or a float that is not finite.
    """
    if isinstance(value, bool):
        raise TypeError("a truth value is not a number")
    if isinstance(value, int | Fraction):
        return number(abs(Fraction(value))) if value >= 0 else Node("negate", (number(abs(Fraction(value))),))
    if isinstance(value, float | Decimal):
        decimal = Decimal(repr(value)) if isinstance(value, float) else value
        if not decimal.is_finite():
            raise TypeError(f"{value} is not a number")
        node = Node("decimal", (), str(abs(decimal)))
        return Node("negate", (node,)) if decimal < 0 else node
    if isinstance(value, list | tuple):
        entries = tuple(from_python(entry) for entry in value)
        op = "matrix" if entries and all(entry.op == "list" for entry in entries) else "list"
        return Node(op, entries)
    raise TypeError(f"{type(value).__name__} is not a number or a nested list of numbers")
