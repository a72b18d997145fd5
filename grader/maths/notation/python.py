"""Python and NumPy formulas into trees: `X.T @ np.linalg.inv(X @ X.T) @ t`. Read, never run."""

from __future__ import annotations

import ast
import re
from difflib import get_close_matches

from grader.errors import StudentError
from grader.maths.names import SCALAR, Symbols, function_named, unknown_name
from grader.maths.notation.literal import matrix_of, number_node
from grader.maths.notation.tokens import CONSTANTS
from grader.maths.tree import Node, call, number

# NumPy's names for what formulas use; the functions of `math` are spelled the same.
_MODULES = re.compile(r"^(?:np|numpy|math|linalg|scipy|sp|torch)\.(?:linalg\.)?|^linalg\.")
_NUMPY = {
    **{name: name for name in ("inv", "pinv", "norm", "det", "trace", "diag", "outer", "exp", "log", "sqrt")},
    **{
        name: name
        for name in ("abs", "sign", "sin", "cos", "tan", "sinh", "cosh", "tanh", "arcsin", "arccos")
    },
    **{name: name for name in ("arctan", "solve", "lstsq", "mean", "transpose", "eye")},
    "identity": "eye",
    "sum": "total",
    "maximum": "max",
    "minimum": "min",
    "absolute": "abs",
    "diagflat": "diag",
}
_BINARY: dict[type[ast.operator], str] = {
    ast.Add: "sum",
    ast.Sub: "sum",
    ast.Mult: "hadamard",
    ast.MatMult: "matmul",
    ast.Div: "divide",
    ast.Pow: "power",
}
_SCALAR_CALLS = frozenset((name, 0) for name in ("norm", "trace", "det", "total", "mean"))
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def read_python(text: str, symbols: Symbols) -> Node:
    """The tree of one Python expression; `name = expression` gives the expression.

    Raises:
        StudentError: not Python, or a construct that is not a formula, with its column.
    """
    if "\\" in text:
        raise StudentError("A Python formula has no backslashes.", code="syntax")
    assignment = re.match(r"\s*[A-Za-z_]\w*\s*=(?!=)", text)
    # Blanks in place of the name keep every column where it was.
    text = " " * assignment.end() + text[assignment.end() :] if assignment else text
    source = f"({text}\n)"
    try:
        body = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        column = getattr(error, "offset", None)
        where = f"Column {max(1, column - 1)}: " if column else ""
        raise StudentError(f"{where}this is not a Python expression.", code="syntax") from None
    return _Reader(source, symbols).read(body)


class _Reader:
    """The source, for the digits of numbers, and the declared names; one method for each construct."""

    def __init__(self, source: str, symbols: Symbols) -> None:
        self.source, self.symbols = source, symbols

    def read(self, node: ast.expr) -> Node:
        if isinstance(node, ast.Name):
            return self.name(node.id, node)
        if isinstance(node, ast.Constant):
            return self.constant(node)
        if isinstance(node, ast.BinOp):
            return self.binary(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub | ast.UAdd):
            inner = self.read(node.operand)
            return Node("negate", (inner,)) if isinstance(node.op, ast.USub) else inner
        if isinstance(node, ast.Attribute):
            return self.attribute(node)
        if isinstance(node, ast.Call):
            return self.call(node)
        if isinstance(node, ast.List | ast.Tuple):
            return self.entries([self.read(entry) for entry in node.elts])
        if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARE:
            sides = (self.read(node.left), self.read(node.comparators[0]))
            return Node("relation", sides, _COMPARE[type(node.ops[0])])
        if isinstance(node, ast.Subscript):
            return self.subscript(node)
        raise self.refused(node, "this is not part of a formula")

    def refused(self, node: ast.expr, why: str) -> StudentError:
        found = ast.get_source_segment(self.source, node) or ""
        shown = found if len(found) <= 40 else found[:37] + "..."
        return StudentError(f"Column {node.col_offset}: {why}: {shown!r}", code="syntax")

    def name(self, name: str, node: ast.expr) -> Node:
        found = self.symbols.find(name)
        if found is not None and found.kind != "function":
            return Node("symbol", (), found.name)
        if found is None and name in CONSTANTS:
            return Node("constant", (), CONSTANTS[name])
        raise unknown_name(name, self.symbols, node.col_offset)

    def constant(self, node: ast.Constant) -> Node:
        if isinstance(node.value, bool) or not isinstance(node.value, int | float):
            raise self.refused(node, "not a number")
        digits = (ast.get_source_segment(self.source, node) or "").replace("_", "")
        if not re.fullmatch(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?", digits):
            raise self.refused(node, "write numbers in decimal")
        return number_node(digits)

    def binary(self, node: ast.BinOp) -> Node:
        op = _BINARY.get(type(node.op))
        if op is None:
            raise self.refused(node, "this operator is not part of a formula")
        left, right = self.read(node.left), self.read(node.right)
        if isinstance(node.op, ast.Sub):
            right = Node("negate", (right,))
        if op == "hadamard" and (self.is_scalar(left) or self.is_scalar(right)):
            op = "product"
        if op in ("sum", "product") and left.op == op:
            return Node(op, (*left.args, right))
        return Node(op, (left, right), "elementwise" if op == "power" else None)

    def is_scalar(self, node: Node) -> bool:
        """Whether a factor is plainly a number, so that `*` is the ordinary product."""
        if node.op == "symbol":
            return self.symbols.table[str(node.value)].shape == SCALAR
        if node.op == "call":
            return node.value in _SCALAR_CALLS or all(map(self.is_scalar, node.args))
        if node.op in ("list", "matrix", "identity", "matmul", "transpose"):
            return False
        return all(map(self.is_scalar, node.args))

    def attribute(self, node: ast.Attribute) -> Node:
        path = ast.unparse(node)
        if node.attr == "T":
            return Node("transpose", (self.read(node.value),))
        if _MODULES.sub("", path) in ("pi", "e") and _MODULES.match(path):
            return Node("constant", (), node.attr)
        raise self.refused(node, "only .T and NumPy's functions are read")

    def subscript(self, node: ast.Subscript) -> Node:
        index = node.slice.value if isinstance(node.slice, ast.Constant) else None
        inner = node.value
        if isinstance(inner, ast.Attribute) and inner.attr == "shape" and isinstance(inner.value, ast.Name):
            found = self.symbols.find(inner.value.id)
            if found is not None and index in (0, 1):
                dimension = found.shape[0 if index == 0 else 1]
                return number(dimension) if isinstance(dimension, int) else Node("symbol", (), dimension)
        if index == 0 and isinstance(inner, ast.Call):
            read = self.read(inner)
            if read.op == "call" and read.value == ("lstsq", 0):
                return read
        raise self.refused(node, "entries cannot be picked here")

    def call(self, node: ast.Call) -> Node:
        for keyword in node.keywords:
            if keyword.arg not in ("rcond", "ord", "keepdims"):
                raise self.refused(node, f"the option {keyword.arg} is not read")
        arguments = node.args
        if isinstance(node.func, ast.Attribute) and not self.is_module(node.func.value):
            return self.method(node.func, arguments)
        path = ast.unparse(node.func)
        name = _MODULES.sub("", path)
        if name in ("array", "asarray", "matrix") and len(arguments) == 1:
            return self.read(arguments[0])
        args = [self.read(argument) for argument in arguments]
        if name in ("dot", "matmul") and len(args) == 2:
            return Node("matmul", tuple(args))
        if name == "multiply" and len(args) == 2:
            return Node("hadamard", tuple(args))
        if name == "square" and len(args) == 1:
            return Node("power", (args[0], number(2)), "elementwise")
        if name in ("power", "matrix_power") and len(args) == 2:
            return Node("power", tuple(args), "elementwise" if name == "power" else None)
        if name == "len" and isinstance(arguments[0], ast.Name):
            found = self.symbols.find(arguments[0].id)
            if found is not None and isinstance(found.shape[0], str):
                return Node("symbol", (), found.shape[0])
        if name == "norm" and len(args) == 2 and args[1] == number(2):
            args = args[:1]
        declared = self.symbols.find(path)
        if declared is not None and declared.kind == "function":
            return call(declared.name, *args)
        function = _NUMPY.get(name) or (function_named(name) if name == path else None)
        if function is None:
            near = get_close_matches(name, [*_NUMPY, *self.symbols.spellings], n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise StudentError(
                f"Column {node.col_offset}: unknown function {path!r}{hint}", code="unknown-name"
            )
        return call(function, *args)

    def is_module(self, node: ast.expr) -> bool:
        return bool(_MODULES.match(ast.unparse(node) + "."))

    def method(self, function: ast.Attribute, arguments: list[ast.expr]) -> Node:
        target = self.read(function.value)
        args = [self.read(argument) for argument in arguments]
        if function.attr in ("dot", "matmul") and len(args) == 1:
            return Node("matmul", (target, args[0]))
        if function.attr in ("transpose", "sum", "mean", "trace") and not args:
            if function.attr == "transpose":
                return Node("transpose", (target,))
            return call({"sum": "total"}.get(function.attr, function.attr), target)
        raise self.refused(function, "this method is not read")

    def entries(self, entries: list[Node]) -> Node:
        if entries and all(entry.op == "list" for entry in entries):
            return matrix_of([list(entry.args) for entry in entries])
        return Node("list", tuple(entries))
