"""Python's forms that bind a name: `Sum(f, (i, 1, n))`, `diff(f, x)`, `sum(f for i in range(n))`."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.notation.meanings import limit_of
from grader.maths.notation.paths import path_of, shifted
from grader.maths.tree import Node, number

if TYPE_CHECKING:
    from grader.maths.notation.python import Reader

_FOLDS = {"Sum": "sum", "summation": "sum", "sum": "sum", "Product": "product", "product": "product"} | {
    "prod": "product"
}


def read_binding(reader: Reader, node: ast.Call) -> Node | None:
    """The tree of a call that binds a name; None where the call is an ordinary one (`np.sum(a)`).

    Raises:
        StudentError: the limits are not said as Python or SymPy say them.
    """
    name = path_of(node.func).rpartition(".")[2]
    if not node.args:
        return None
    if isinstance(node.args[0], ast.GeneratorExp | ast.ListComp):
        return _comprehension(reader, node, node.args[0], name) if name in _FOLDS else None
    if name in ("sum", "prod"):
        return None
    if name in ("diff", "Derivative"):
        return _derivative(reader, node)
    if name in ("Limit", "limit"):
        return _limit(reader, node)
    result: Node | None = None
    ranges = list(node.args[1:])
    names = [_variable(reader, node, each) for each in ranges]
    if not ranges:
        raise reader.refused(node, "say the variable")
    reader.bound += names
    try:
        result = reader.read(node.args[0])
    finally:
        del reader.bound[len(reader.bound) - len(names) :]
    # The first range is the innermost, so later names may stand in its limits.
    for position, (each, variable) in enumerate(zip(ranges, names, strict=True)):
        reader.bound += names[position + 1 :]
        limits = tuple(map(reader.read, each.elts[1:])) if isinstance(each, ast.Tuple) else ()
        del reader.bound[len(reader.bound) - len(names[position + 1 :]) :]
        if name in _FOLDS:
            if len(limits) != 2:
                raise reader.refused(node, "say where it starts and ends: (i, 1, n)")
            result = Node("fold", (result, *limits), (_FOLDS[name], variable))
        else:
            if len(limits) not in (0, 2):
                raise reader.refused(node, "say both limits: (x, 0, 1)")
            result = Node("integral", (result, *limits), variable)
    return result


def _variable(reader: Reader, node: ast.Call, argument: ast.expr) -> str:
    first = argument.elts[0] if isinstance(argument, ast.Tuple) and argument.elts else argument
    if not isinstance(first, ast.Name):
        raise reader.refused(node, "the variable is a name")
    return first.id


def _derivative(reader: Reader, node: ast.Call) -> Node:
    variables: list[list[str | int]] = []
    for argument in node.args[1:]:
        parts = argument.elts if isinstance(argument, ast.Tuple) else [argument]
        for part in parts:
            if isinstance(part, ast.Name):
                variables.append([reader_name(reader, part), 1])
            elif isinstance(part, ast.Constant) and isinstance(part.value, int) and variables:
                variables[-1][1] = part.value
            else:
                raise reader.refused(node, "derivatives are written diff(f, x, 2)")
    if not variables:
        raise reader.refused(node, "say the variable: diff(f, x)")
    result = reader.read(node.args[0])
    for name, order in variables:
        if not 1 <= int(order) <= 10:
            raise StudentError(f"Column {node.col_offset}: derivatives go up to order 10.", code="too-large")
        result = Node("derivative", (result,), (str(name), int(order)))
    return result


def reader_name(reader: Reader, node: ast.Name) -> str:
    """The canonical name of the variable of a derivative."""
    return str(reader.name(node).value)


def _limit(reader: Reader, node: ast.Call) -> Node:
    if len(node.args) not in (3, 4):
        raise reader.refused(node, "limits are written Limit(f, x, 0)")
    variable = _variable(reader, node, node.args[1])
    # SymPy's default is the right side; who writes no side means both.
    side = ""
    if len(node.args) == 4:
        given = node.args[3]
        if not isinstance(given, ast.Constant) or given.value not in ("+", "-", "+-"):
            raise reader.refused(node, "the side is '+' or '-'")
        side = str(given.value) if given.value != "+-" else ""
    for keyword in node.keywords:
        if keyword.arg == "dir" and isinstance(keyword.value, ast.Constant):
            side = str(keyword.value.value) if keyword.value.value in ("+", "-") else ""
    point = reader.read(node.args[2])
    reader.bound.append(variable)
    try:
        body = reader.read(node.args[0])
    finally:
        reader.bound.pop()
    return limit_of(body, point, variable, side)


def _comprehension(reader: Reader, node: ast.Call, body: ast.GeneratorExp | ast.ListComp, name: str) -> Node:
    """`sum(f for i in range(1, n + 1))`: the last index is one less than what range says."""
    generators = body.generators
    simple = len(generators) <= 3 and all(
        isinstance(each.target, ast.Name)
        and not each.ifs
        and isinstance(each.iter, ast.Call)
        and path_of(each.iter.func) == "range"
        and len(each.iter.args) in (1, 2)
        for each in generators
    )
    if not simple or len(node.args) != 1:
        raise reader.refused(node, "sums are written sum(f for i in range(1, n + 1))")
    folds: list[tuple[str, Node, Node]] = []
    before = len(reader.bound)
    try:
        for each in generators:
            assert isinstance(each.target, ast.Name)
            assert isinstance(each.iter, ast.Call)
            bounds = [reader.read(argument) for argument in each.iter.args]
            first = bounds[0] if len(bounds) == 2 else number(0)
            folds.append((each.target.id, first, shifted(bounds[-1], -1)))
            reader.bound.append(each.target.id)
        result = reader.read(body.elt)
    finally:
        del reader.bound[before:]
    for index, first, last in reversed(folds):
        result = Node("fold", (result, first, last), (_FOLDS[name], index))
    return result
