"""Calls, attributes and subscripts of Python formulas: NumPy's, SymPy's and the language's own."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.functions import NOT_WORKED_OUT
from grader.maths.names import canonical
from grader.maths.notation.meanings import INFINITY, PI, E, applied, known_function
from grader.maths.notation.paths import path_of, shifted
from grader.maths.notation.structures import INTERVALS, STRUCTURES
from grader.maths.tree import Node, call, number

if TYPE_CHECKING:
    from grader.maths.notation.python import Reader

# The functions of `math` and of SymPy are spelled as ours.
_MODULES = re.compile(
    r"(?:(?:np|numpy|jnp|math|cmath|linalg|scipy|sp|sympy|torch|special)\.)(?:linalg\.|special\.)?|S\."
)
_ROOTS = frozenset("np numpy jnp math cmath linalg scipy sp sympy torch special S".split())
_NUMPY = {
    "identity": "eye",
    "sum": "total",
    "maximum": "max",
    "minimum": "min",
    "amax": "max",
    "amin": "min",
    "absolute": "abs",
    "fabs": "abs",
    "diagflat": "diag",
    "matrix_rank": "rank",
    "dotproduct": "dot",
    "angle": "arg",
    "real": "re",
    "imag": "im",
    "comb": "binomial",
    "expit": "logistic",
}
_CONSTANTS = {
    "pi": PI,
    "e": E,
    "inf": INFINITY,
    "oo": INFINITY,
    "Infinity": INFINITY,
    "Half": Node("divide", (number(1), number(2))),
    "One": number(1),
    "Zero": number(0),
    "ImaginaryUnit": Node("constant", (), "i"),
    "Exp1": E,
    "Pi": PI,
    "Reals": Node("named", (), "reals"),
    "Integers": Node("named", (), "integers"),
    "Rationals": Node("named", (), "rationals"),
    "Naturals": Node("named", (), "naturals"),
    "Complexes": Node("named", (), "complex"),
    "EmptySet": Node("set"),
    "true": Node("truth", (), True),
    "false": Node("truth", (), False),
}
_RELATIONS = {"Eq": "=", "Ne": "!=", "Lt": "<", "Le": "<=", "Gt": ">", "Ge": ">="}
_CONNECTIVES = {"And": "and", "Or": "or", "Union": "union", "Intersection": "intersection"}


def constant_of(node: ast.Attribute) -> Node | None:
    """The constant of a module (`np.pi`, `S.Reals`), or None."""
    path = path_of(node)
    module = _MODULES.match(path)
    return _CONSTANTS.get(path[module.end() :]) if module else None


def read_call(reader: Reader, node: ast.Call) -> Node:
    """The tree of a call.

    Raises:
        StudentError: the function is unknown, or does not take these arguments.
    """
    if isinstance(node.func, ast.Attribute):
        path = path_of(node.func)
        module = _MODULES.match(path)
        if module is None and path not in INTERVALS:
            return _method(reader, node)
        name = path[module.end() :] if module else path
    elif isinstance(node.func, ast.Name):
        path = name = node.func.id
        declared = reader.symbols.find(name)
        if declared is not None and declared.kind == "function":
            return Node("call", tuple(map(reader.read, node.args)), (declared.name, 0))
    else:
        raise reader.refused(node, "this cannot be called")
    structure = STRUCTURES.get(name)
    if structure is not None:
        found = structure(reader, node)
        if found is not None:
            return found
    for keyword in node.keywords:
        if keyword.arg not in ("rcond", "ord", "keepdims", "evaluate"):
            raise reader.refused(node, f"the option {keyword.arg} is not read")
        if keyword.arg == "ord":
            node.args.append(keyword.value)
    args = tuple(reader.read(argument) for argument in node.args)
    return _applied(reader, node, path, name, args)


def _applied(reader: Reader, node: ast.Call, path: str, name: str, args: tuple[Node, ...]) -> Node:
    if name in _RELATIONS and len(args) == 2:
        return Node("relation", args, _RELATIONS[name])
    if name in _CONNECTIVES:
        return args[0] if len(args) == 1 else Node(_CONNECTIVES[name], args)
    function = _NUMPY.get(name, name) if path != name else name
    if function == "norm" and len(args) == 2 and args[1] == number(2):
        args = args[:1]
    if known_function(function):
        return applied(function, args)
    if name in _NUMPY:
        return applied(_NUMPY[name], args)
    free = name == path and name.isidentifier() and not reader.symbols.find(name)
    if reader.undeclared and free and name not in NOT_WORKED_OUT:
        return call(canonical(name), *args)
    near = get_close_matches(name, [*STRUCTURES, *_NUMPY, *reader.symbols.spellings], n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    raise StudentError(f"Column {node.col_offset}: unknown function {path!r}{hint}", code="unknown-name")


def _method(reader: Reader, node: ast.Call) -> Node:
    function = node.func
    assert isinstance(function, ast.Attribute)
    target, name = reader.read(function.value), function.attr
    args = [reader.read(argument) for argument in node.args]
    if name in ("dot", "matmul") and len(args) == 1:
        return Node("matmul", (target, args[0]))
    if name == "transpose" and not args:
        return Node("transpose", (target,))
    if name == "cross" and len(args) == 1:
        return call("cross", target, args[0])
    if name in ("sum", "mean", "trace", "det", "inv", "norm", "conjugate", "rank", "max", "min") and not args:
        return applied({"sum": "total"}.get(name, name), (target,))
    if name == "union" and len(args) == 1:
        return Node("union", (target, args[0]))
    if name in ("intersect", "intersection") and len(args) == 1:
        return Node("intersection", (target, args[0]))
    if name == "diff" and args and all(argument.op == "symbol" for argument in args):
        for variable in args:
            target = Node("derivative", (target,), (str(variable.value), 1))
        return target
    if name == "subs":
        raise reader.refused(function, "write the result with the values put in")
    raise reader.refused(function, "this method is not read")


def subscript(reader: Reader, node: ast.Subscript) -> Node:
    """`x[0]` is the first entry; `X.shape[0]` a dimension; `lstsq(...)[0]` the solution."""
    index = node.slice.value if isinstance(node.slice, ast.Constant) else None
    inner = node.value
    if isinstance(inner, ast.Attribute) and inner.attr == "shape" and isinstance(inner.value, ast.Name):
        found = reader.symbols.find(inner.value.id)
        if found is not None and index in (0, 1):
            dimension = found.shape[0 if index == 0 else 1]
            return number(dimension) if isinstance(dimension, int) else Node("symbol", (), dimension)
    if isinstance(inner, ast.Subscript):
        # X[i][j] is X[i, j].
        outer = subscript(reader, inner)
        return Node("entry", (*outer.args, _counted(reader, node, node.slice)))
    array = reader.read(inner)
    if index == 0 and array.op == "call" and array.value == ("lstsq", 0):
        return array
    indices = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
    if not 1 <= len(indices) <= 4:
        raise reader.refused(node, "this entry cannot be picked")
    return Node("entry", (array, *(_counted(reader, node, each) for each in indices)))


def _counted(reader: Reader, node: ast.expr, index: ast.expr) -> Node:
    """An index counted from 1, as in formulas."""
    if isinstance(index, ast.Slice):
        raise reader.refused(node, "slices are not read")
    read = reader.read(index)
    if read.op == "negate":
        raise reader.refused(node, "entries cannot be counted from the end")
    return shifted(read, 1)
