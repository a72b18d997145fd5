"""Conditions on vectors, as people write them: `1[z > 0]` and `where(z > 0, h, 0)` hold entry by entry.

They become formulas in functions that every arithmetic knows: `z > 0` is sign(relu(z)), 0 where z is, and
`z >= 0` is 1 - sign(relu(-z)). So `1[relu(z) > 0]` is `1[z > 0]`: its entries are 0 for half of all z.
"""

from __future__ import annotations

from itertools import pairwise

from grader.errors import StudentError
from grader.maths.tree import Node, call, number

_ZERO = number(0)
_OPPOSITE = {">": "<=", "<=": ">", "<": ">=", ">=": "<"}


def indicator(condition: Node) -> Node:
    """A vector of ones and zeros: 1 in the entries where a condition holds.

    Raises:
        StudentError: a condition whose entries hold at single points only, such as `z = 0`.
    """
    op, args = condition.op, condition.args
    if op == "relation":
        signs = condition.value if isinstance(condition.value, tuple) else (condition.value,)
        steps = [
            _step(left, str(sign), right) for (left, right), sign in zip(pairwise(args), signs, strict=True)
        ]
        return _times(steps)
    if op == "and":
        return _times([indicator(one) for one in args])
    if op == "not":
        return _without(indicator(args[0]))
    raise StudentError("A condition on vectors is a comparison of their entries.", code="condition")


def cases(args: tuple[Node, ...]) -> Node:
    """The sum of the values, each where its condition is the first to hold.

    Raises:
        StudentError: the conditions do not cover all entries, as far as can be seen.
    """
    values, conditions, rest = args[0::2], args[1::2], len(args) % 2
    if not rest and len(conditions) > 1 and _opposite(conditions[-2], conditions[-1]):
        conditions, rest = conditions[:-1], 1
    if not rest:
        raise StudentError("The cases of a vector need a last one for all other entries.", code="condition")
    terms: list[Node] = []
    before: list[Node] = []
    for value, condition in zip(values, (*conditions, None), strict=True):
        here = before if condition is None else [*before, indicator(condition)]
        terms.append(value if not here else Node("hadamard", (_times(here), value)))
        if condition is not None:
            before = [*before, _without(indicator(condition))]
    return Node("sum", tuple(terms))


def _step(left: Node, sign: str, right: Node) -> Node:
    if sign not in _OPPOSITE:
        raise StudentError("An equation between vectors is no condition on intervals.", code="condition")
    if sign in ("<", "<="):
        left, right = right, left
    if sign in (">", "<"):
        return call("sign", call("relu", _minus(left, right)))
    return _without(call("sign", call("relu", _minus(right, left))))


def _minus(left: Node, right: Node) -> Node:
    if right == _ZERO:
        return left
    minus = Node("negate", (right,))
    return minus if left == _ZERO else Node("sum", (left, minus))


def _times(factors: list[Node]) -> Node:
    product = factors[0]
    for factor in factors[1:]:
        product = Node("hadamard", (product, factor))
    return product


def _without(vector: Node) -> Node:
    return Node("sum", (number(1), Node("negate", (vector,))))


def _opposite(one: Node, other: Node) -> bool:
    """Whether the second condition plainly holds where the first does not: `z > 0`, `z <= 0` or `z < 0`."""
    if one.op != "relation" or other.op != "relation" or len(one.args) != 2 or one.args != other.args:
        return False
    opposite = _OPPOSITE.get(str(one.value), "")
    return bool(opposite) and str(other.value)[:1] == opposite[:1]
