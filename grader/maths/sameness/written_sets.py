"""A set of real numbers as it is written, where all its numbers are rational: nothing needs to be solved."""

from __future__ import annotations

from fractions import Fraction
from functools import reduce

from grader.maths.sameness.conditions import is_condition
from grader.maths.sameness.kinds import SETS
from grader.maths.sameness.realsets import (
    EVERYTHING,
    End,
    RealSet,
    difference,
    intersection,
    interval,
    points,
    union,
)
from grader.maths.tree import Node
from grader.maths.values.exact import exact

_INFINITY = Node("constant", (), "infinity")
_MINUS_INFINITY = Node("negate", (_INFINITY,))


def written_set(node: Node) -> RealSet | None:
    """The set, with operations carried out; None where a number in it is not plainly rational.

    >>> from grader.maths.tree import number
    >>> zero, one, two = map(number, (0, 1, 2))
    >>> whole = Node("interval", (zero, two), (True, False))
    >>> str(written_set(Node("difference", (whole, Node("set", (one,))))))
    '[0, 1) or (1, 2)'
    """
    op, args = node.op, node.args
    if op == "named":
        return EVERYTHING if node.value == "reals" else None
    if op == "set":
        ends = [_end(arg) for arg in args]
        known = [end for end in ends if end is not None]
        return points(known) if len(known) == len(ends) else None
    if op == "interval":
        low, high = (None if arg in (_INFINITY, _MINUS_INFINITY) else _end(arg) for arg in args)
        if (low is None and args[0] != _MINUS_INFINITY) or (high is None and args[1] != _INFINITY):
            return None
        return union(interval(low, high, node.value))  # type: ignore[arg-type]
    if op not in ("union", "intersection", "difference"):
        return None
    parts = []
    for arg in args:
        part = written_set(as_set_in_operation(arg))
        if part is None:
            return None
        parts.append(part)
    if op == "difference":
        return reduce(difference, parts)
    return union(*parts) if op == "union" else intersection(*parts)


def as_set_in_operation(node: Node) -> Node:
    """What stands between `∪`, `∩` and `∖`: a list is the set of its elements, a value stands for itself.

    The braces of LaTeX are no signs, so that `{1,2} \\cup {3}` has a list and a number in it.
    """
    if node.op == "list":
        return Node("set", node.args)
    return node if node.op in SETS or node.op == "matrix" or is_condition(node) else Node("set", (node,))


def _end(node: Node) -> End | None:
    value = exact(node, {})
    return None if value is None else End(Fraction(value))
