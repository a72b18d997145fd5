"""Python calls that are a construct of their own: arrays, sets, intervals, cases, connectives."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import TYPE_CHECKING

from grader.maths.notation.binding import read_binding
from grader.maths.notation.literal import matrix_of
from grader.maths.notation.meanings import INFINITY, PI
from grader.maths.notation.paths import path_of
from grader.maths.tree import Node, call, number

if TYPE_CHECKING:
    from grader.maths.notation.python import Reader

Structure = Callable[["Reader", ast.Call], Node | None]
# Whether an interval is closed on the left and on the right.
INTERVALS = {
    "Interval.open": (False, False),
    "Interval.Lopen": (False, True),
    "Interval.Ropen": (True, False),
}


def _array(reader: Reader, node: ast.Call) -> Node | None:
    if len(node.args) != 1:
        return None
    read = reader.read(node.args[0])
    return (
        matrix_of([[entry] for entry in read.args]) if _name(node) == "Matrix" and read.op == "list" else read
    )


def is_matrix(node: ast.expr) -> bool:
    """Whether an object is made whose powers are those of matrices, not of their entries."""
    return isinstance(node, ast.Call) and _name(node) in ("Matrix", "ImmutableMatrix", "matrix")


def _name(node: ast.Call) -> str:
    return node.func.attr if isinstance(node.func, ast.Attribute) else path_of(node.func)


def _two(op: str, value: str | None = None) -> Callable[[Reader, ast.Call], Node | None]:
    def read(reader: Reader, node: ast.Call) -> Node | None:
        return Node(op, tuple(map(reader.read, node.args)), value) if len(node.args) == 2 else None

    return read


def _square(reader: Reader, node: ast.Call) -> Node | None:
    return Node("power", (reader.read(node.args[0]), number(2)), "elementwise") if node.args else None


def _length(reader: Reader, node: ast.Call) -> Node | None:
    if len(node.args) == 1 and isinstance(node.args[0], ast.Name):
        found = reader.symbols.find(node.args[0].id)
        if found is not None and isinstance(found.shape[0], str):
            return Node("symbol", (), found.shape[0])
    return None


def _set(reader: Reader, node: ast.Call) -> Node | None:
    entries = node.args
    if len(entries) == 1 and isinstance(entries[0], ast.List | ast.Tuple | ast.Set):
        entries = entries[0].elts
    return Node("set", tuple(map(reader.read, entries)))


def _not(reader: Reader, node: ast.Call) -> Node | None:
    return Node("not", (reader.read(node.args[0]),)) if len(node.args) == 1 else None


def _xor(reader: Reader, node: ast.Call) -> Node | None:
    if len(node.args) != 2:
        return None
    left, right = map(reader.read, node.args)
    return Node("and", (Node("or", (left, right)), Node("not", (Node("and", (left, right)),))))


def _interval(reader: Reader, node: ast.Call) -> Node | None:
    path = path_of(node.func).removeprefix("sympy.").removeprefix("sp.")
    left, right = INTERVALS.get(path, (True, True))
    flags = [*node.args[2:], *(keyword.value for keyword in node.keywords)]
    names = ["left_open", "right_open"][: len(node.args[2:])] + [str(word.arg) for word in node.keywords]
    for flag, name in zip(flags, names, strict=False):
        if not isinstance(flag, ast.Constant) or name not in ("left_open", "right_open"):
            raise reader.refused(node, "this is not an interval")
        if flag.value:
            left, right = (False, right) if name == "left_open" else (left, False)
    if len(node.args) < 2:
        raise reader.refused(node, "this is not an interval")
    lower, upper = map(reader.read, node.args[:2])
    endless = (lower in (INFINITY, Node("negate", (INFINITY,))), upper == INFINITY)
    return Node("interval", (lower, upper), (left and not endless[0], right and not endless[1]))


def _piecewise(reader: Reader, node: ast.Call) -> Node | None:
    parts: list[Node] = []
    for pair in node.args:
        if not isinstance(pair, ast.Tuple) or len(pair.elts) != 2:
            raise reader.refused(node, "each case is a pair (value, condition)")
        value, condition = map(reader.read, pair.elts)
        parts.append(value)
        if condition == Node("truth", (), True):
            break
        parts.append(condition)
    return Node("cases", tuple(parts)) if len(parts) > 1 else parts[0] if parts else None


def _where(reader: Reader, node: ast.Call) -> Node | None:
    if len(node.args) != 3:
        return None
    condition, value, otherwise = map(reader.read, node.args)
    return Node("cases", (value, condition, otherwise))


def _exponential(reader: Reader, node: ast.Call) -> Node | None:
    return (
        Node("sum", (call("exp", reader.read(node.args[0])), Node("negate", (number(1),))))
        if node.args
        else None
    )


def _logarithm(reader: Reader, node: ast.Call) -> Node | None:
    return call("log", Node("sum", (number(1), reader.read(node.args[0])))) if node.args else None


def _rational(reader: Reader, node: ast.Call) -> Node | None:
    read = tuple(map(reader.read, node.args))
    return Node("divide", read) if len(read) == 2 else read[0] if len(read) == 1 else None


def _cube_root(reader: Reader, node: ast.Call) -> Node | None:
    return call("root", reader.read(node.args[0]), number(3)) if len(node.args) == 1 else None


def _times(above: Node, below: Node) -> Structure:
    def read(reader: Reader, node: ast.Call) -> Node | None:
        if len(node.args) != 1:
            return None
        return Node("divide", (Node("product", (reader.read(node.args[0]), above)), below))

    return read


STRUCTURES: dict[str, Callable[[Reader, ast.Call], Node | None]] = {
    **dict.fromkeys(
        ("array", "asarray", "matrix", "Matrix", "Array", "ImmutableMatrix", "Tuple", "List"), _array
    ),
    **dict.fromkeys(("dot", "matmul"), _two("matmul")),
    **dict.fromkeys(("multiply", "HadamardProduct"), _two("hadamard")),
    "matrix_power": _two("power"),
    "pow": _two("power"),
    "Pow": _two("power"),
    "power": _two("power", "elementwise"),
    "square": _square,
    "len": _length,
    "FiniteSet": _set,
    "set": _set,
    "Not": _not,
    "Xor": _xor,
    "Implies": _two("implies"),
    "Complement": _two("difference"),
    "Contains": _two("member"),
    **dict.fromkeys(("Interval", *INTERVALS), _interval),
    "Piecewise": _piecewise,
    "where": _where,
    "Rational": _rational,
    "cbrt": _cube_root,
    **dict.fromkeys(("radians", "deg2rad"), _times(PI, number(180))),
    **dict.fromkeys(("degrees", "rad2deg"), _times(number(180), PI)),
    "expm1": _exponential,
    "log1p": _logarithm,
    **dict.fromkeys(
        "sum prod Sum Product summation product Integral integrate diff Derivative Limit limit".split(),
        read_binding,
    ),
}
