"""Dotted names and indices of Python: `np.linalg.inv`, `x[i - 1]`."""

from __future__ import annotations

import ast
from fractions import Fraction

from grader.maths.tree import Node, number


def path_of(node: ast.expr) -> str:
    """The dotted name of a function or constant, or "" for anything else."""
    names: list[str] = []
    while isinstance(node, ast.Attribute):
        names.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name):
        return ""
    names.append(node.id)
    return ".".join(reversed(names)) if len(names) > 1 else node.id


def shifted(node: Node, step: int) -> Node:
    """`node + step` with numbers put together: i - 1 shifted by 1 is i."""
    terms = list(node.args if node.op == "sum" else (node,))
    total = Fraction(step)
    rest: list[Node] = []
    for term in terms:
        inner = term.args[0] if term.op == "negate" else term
        if inner.op == "number":
            assert isinstance(inner.value, Fraction)
            total += inner.value if term is inner else -inner.value
        else:
            rest.append(term)
    if total != 0 or not rest:
        rest.append(number(total) if total >= 0 or not rest else Node("negate", (number(-total),)))
    return rest[0] if len(rest) == 1 else Node("sum", tuple(rest))
