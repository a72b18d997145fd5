"""Big-O: whether two costs are of the same order; constant factors and bases of logarithms do not count."""

from __future__ import annotations

from grader.errors import StudentError
from grader.maths.sameness import growth
from grader.maths.sameness.identity import Comparison
from grader.maths.tree import Node

_LETTERS = frozenset(("O", "Theta", "theta"))


def order_of(node: Node) -> Node | None:
    """The cost inside `O(...)` or `Theta(...)`, or None where a formula is none."""
    if (
        node.op == "call"
        and isinstance(node.value, tuple)
        and node.value[0] in _LETTERS
        and len(node.args) == 1
    ):
        return node.args[0]
    return None


def compare_orders(expected: Node, got: Node) -> Comparison:
    """Whether two costs in variables that go to infinity are of the same order.

    The code is "not-simplest" where the order is right but the cost is not in its simplest form, as in
    O(3 n^2 + n) for O(n^2).
    """
    try:
        wanted = growth.growth(expected)
        found = growth.growth(got)
    except StudentError as error:
        return Comparison("undecided", str(error), error.code)
    relation = growth.compare(found, wanted)
    if relation == "same":
        if found.plain:
            return Comparison("same", f"Both are of the order {found}.")
        how = f"Of the right order, {found}; constant factors and slower terms can go."
        return Comparison("same", how, "not-simplest")
    words = {
        "slower": f"{found} grows more slowly than {wanted}.",
        "faster": f"{found} grows faster than {wanted}.",
        "incomparable": f"Neither of {found} and {wanted} grows faster for all variables.",
    }
    return Comparison("different", words[relation], relation)
