"""What kind of answer a tree is (value, list, set, condition), and the same answer as another kind."""

from __future__ import annotations

from typing import Literal

from grader.maths.sameness.conditions import choices, is_condition
from grader.maths.tree import Node, names_in, walk

Kind = Literal["value", "values", "list", "matrix", "set", "condition"]
SETS = frozenset(("set", "interval", "union", "intersection", "difference", "named"))
WORDS: dict[Kind, str] = {
    "value": "a value",
    "values": "two values",
    "list": "a list",
    "matrix": "a matrix",
    "set": "a set",
    "condition": "an equation or condition",
}


def kind_of(node: Node) -> Kind:
    """The kind of a tree; a list of conditions is a condition, because it is a system.

    >>> kind_of(Node("interval", (Node("symbol", (), "a"), Node("symbol", (), "b")), (True, False)))
    'set'
    """
    if is_condition(node):
        return "condition"
    if node.op in SETS:
        return "set"
    if node.op in ("list", "matrix"):
        if node.args and all(kind_of(arg) == "condition" for arg in node.args):
            return "condition"
        return "list" if node.op == "list" else "matrix"
    nodes = [node]
    for one in nodes:  # a list that grows, see `decide`
        if one.op == "plusminus":
            return "values"
        nodes.extend(one.args)
    return "value"


def is_name(node: Node) -> bool:
    """Whether a formula can be the name of a quantity: `x`, `f(x)`, `x_1`, `|AB|`, `AB`."""
    if node.op == "symbol":
        return True
    if node.op == "product":
        # A run of capital letters names a segment or an area: AB = 4.
        return all(arg.op == "symbol" and str(arg.value).isupper() for arg in node.args)
    if node.op in ("call", "entry"):
        return bool(node.args) and all(is_name(arg) or not names_in(arg) for arg in node.args)
    return False


def is_continuous(node: Node) -> bool:
    """Whether a tree is a set with intervals in it, or a condition with intervals or inequalities."""
    if kind_of(node) not in ("set", "condition"):
        return False
    return any(
        one.op == "interval"
        or (
            one.op == "relation"
            and not {"=", "!="}.issuperset(one.value if isinstance(one.value, tuple) else [one.value])
        )
        for one in walk(node)
    )


def named_value(node: Node) -> Node | None:
    """What a named quantity is said to be: `3` for `x = 3`, the last value of a chain `x = 1 + 2 = 3`."""
    if node.op == "member" and is_name(node.args[0]) and kind_of(node.args[1]) == "value":
        return node.args[1]  # k in 1, 2, 3
    if node.op != "relation":
        return None
    signs = node.value if isinstance(node.value, tuple) else (node.value,)
    if any(sign != "=" for sign in signs):
        return None
    first, last = node.args[0], node.args[-1]
    if len(node.args) > 2:
        # A calculation in several steps: a = b = c gives c.
        return last
    if is_name(first) and not _mentions(last, first):
        return last
    if first.op == last.op == "list" and len(first.args) == len(last.args) and all(map(is_name, first.args)):
        # (x, y) = (1, 2)
        return None if any(_mentions(last, name) for name in first.args) else last
    if len(node.args) == 2 and is_name(last) and not _mentions(first, last):
        return first
    return None


def calculated_value(node: Node) -> Node | None:
    """The result of a calculation without names, such as 3 for `1 + 2 = 3`."""
    if node.op != "relation" or node.value != "=" or names_in(node):
        return None
    return node.args[-1] if all(kind_of(side) == "value" for side in node.args) else None


def named_values(node: Node) -> Node | None:
    """The values of several named quantities: the list 1, 2 for `x = 1, y = 2`, a set for `x = 1, x = 2`."""
    if node.op != "list":
        return None
    values = [named_value(arg) for arg in node.args]
    known = tuple(value for value in values if value is not None)
    if not known or len(known) < len(values):
        return None
    same_name = len(known) > 1 and len({arg.args[0] for arg in node.args}) == 1
    return Node("set" if same_name else "list", known)


def listed_values(node: Node) -> Node | None:
    """`a = 4, -8, -10` names three values of `a`, the set {4, -8, -10}; None for anything else."""
    if node.op != "list" or len(node.args) < 2:
        return None
    first, *rest = node.args
    if not is_condition(first) or any(is_condition(arg) for arg in rest):
        return None
    value = named_value(first)
    return None if value is None else Node("set", (value, *rest))


def as_intervals(pair: Node) -> tuple[Node, Node]:
    """The open and the closed interval that a pair may mean."""
    return Node("interval", pair.args, (False, False)), Node("interval", pair.args, (True, True))


def _mentions(node: Node, name: Node) -> bool:
    return any(one == name for one in walk(node))


def as_set(node: Node) -> Node | None:
    """A list, several values or the rows of a matrix as a set; None for anything else."""
    if node.op in SETS:
        return node
    if node.op in ("list", "matrix"):
        return Node("set", node.args)
    if any(one.op == "plusminus" for one in walk(node)):
        return Node("set", choices(node))
    return None


def unknown_of(node: Node, others: frozenset[str]) -> tuple[Node, Node] | None:
    """The unknown of a condition that stands for a set, and the condition: `x`, or `f(x)` in `0 < f(x) < 1`.

    `others` are names that are parameters, because the set has them too.
    """
    free = names_in(node) - others
    if len(free) == 1:
        return Node("symbol", (), next(iter(free))), node
    return None


def bounded_name(node: Node) -> Node | None:
    """The name between the bounds of a chain such as `0 < f(x) < 1`, when everything else is a number."""
    if node.op != "relation":
        return None
    named = [arg for arg in node.args if names_in(arg)]
    if len(named) == 1 and is_name(named[0]):
        return named[0]
    return None


def replaced(node: Node, old: Node, new: Node) -> Node:
    """A tree with one sub-tree in the place of another."""
    if node == old:
        return new
    return Node(node.op, tuple(replaced(arg, old, new) for arg in node.args), node.value)
