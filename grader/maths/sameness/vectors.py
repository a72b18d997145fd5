"""Vectors that count up to something: sign, a positive factor, any factor, or the order of their entries."""

from __future__ import annotations

from typing import Literal

from grader.maths.names import SCALAR
from grader.maths.sameness.identity import Comparison, Formula, compare, settle
from grader.maths.sameness.sets import match_lists
from grader.maths.tree import Node, call, number

UpTo = Literal["exact", "sign", "positive scale", "scale", "permutation"]


def compare_vectors(expected: Formula, got: Formula, up_to: UpTo) -> Comparison:
    """Whether two vectors are the same, or become the same in the way that `up_to` allows.

    Directions are compared by their products: e g' = g e' exactly when one is a multiple of the other.

    Raises:
        ShapeError: never for vectors of one shape, which is checked first.
    """
    plain = compare(expected, got, any_layout=True)
    if plain.outcome == "same" or plain.code == "shape" or up_to == "exact" or expected.shape == SCALAR:
        return plain
    if 1 not in expected.shape:
        return plain
    one, other = _column(expected), _column(got)
    frame = expected.frame
    if up_to == "permutation":
        if one.op != "list" or other.op != "list":
            return Comparison("undecided", "Only vectors that are written out can be put in order.", "order")
        return match_lists(
            one.args, other.args, lambda a, b: compare(settle(a, frame), settle(b, frame)), ordered=False
        )
    negated = settle(Node("negate", (other,)), frame)
    if up_to == "sign":
        flipped = compare(settle(one, frame), negated)
        how = "The same but for its sign, which does not count."
        return Comparison("same", how, "sign") if flipped else flipped
    for vector, what in ((one, "expected one"), (other, "vector")):
        if compare(settle(vector, frame), settle(Node("product", (number(0), vector)), frame)):
            return Comparison("different", f"The {what} is zero, and has no direction.", "zero")
    parallel = compare(settle(_outer(one, other), frame), settle(_outer(other, one), frame))
    if not parallel:
        return Comparison(
            parallel.outcome, f"Not a multiple of the expected one. {parallel.how}", "direction"
        )
    if up_to == "positive scale":
        aligned = compare(
            settle(call("dot", one, other), frame),
            settle(Node("product", (call("norm", one), call("norm", other))), frame),
        )
        if not aligned:
            return Comparison(aligned.outcome, "The vector points the other way.", "direction")
    return Comparison("same", "A multiple of the expected one, which is enough here.", "scale")


def _column(formula: Formula) -> Node:
    return formula.node if formula.shape[1] == 1 else Node("transpose", (formula.node,))


def _outer(one: Node, other: Node) -> Node:
    return Node("product", (one, Node("transpose", (other,))))
