"""Python, NumPy and SymPy formulas into trees: `X.T @ np.linalg.inv(X @ X.T) @ t`. Read, never run."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from fractions import Fraction
from typing import Any

from grader.errors import StudentError
from grader.maths.names import SCALAR, Symbols, canonical, unknown_name
from grader.maths.notation.calls import constant_of, read_call, subscript
from grader.maths.notation.limits import LETTERS, check_depth
from grader.maths.notation.literal import matrix_of, number_node
from grader.maths.notation.meanings import CONDITIONS, IMAGINARY, INFINITY, PI, SETS, E, as_condition
from grader.maths.notation.structures import is_matrix
from grader.maths.notation.tokens import KEPT
from grader.maths.tree import Node, call

_CONSTANTS = {"e": E, "pi": PI}
_SYMPY_CONSTANTS = {
    "E": E,
    "I": IMAGINARY,
    "oo": INFINITY,
    "zoo": INFINITY,
    "inf": INFINITY,
    "Reals": Node("named", (), "reals"),
    "Integers": Node("named", (), "integers"),
    "Rationals": Node("named", (), "rationals"),
    "Naturals": Node("named", (), "naturals"),
    "Complexes": Node("named", (), "complex"),
    "EmptySet": Node("set"),
    "true": Node("truth", (), True),
    "false": Node("truth", (), False),
}
_SCALAR_CALLS = frozenset((name, 0) for name in ("norm", "trace", "det", "total", "mean", "rank"))
_ARRAYS = frozenset(("list", "matrix", "identity", "matmul", "transpose"))
_COMPARE: dict[type[ast.cmpop], str] = {
    ast.Eq: "=",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_KEYWORD = re.compile(
    r"((?:(?<![\w.])[0-9][0-9_]*\.?[0-9_]*|\.[0-9][0-9_]*)(?:[eE][+-]?[0-9_]+)?[jJ]?)"
    r"(?=and|else|for|if|in|is|not|or)"
)
_ODD = re.compile(r"[0-9_.jJ](?:and|else|for|if|in|is|not|or)|0[xXoObB]")
_OTHER_BASE = re.compile(r"(?<![\w.])0[xXoObB]")
_ASSIGNMENT = re.compile(r"\s*[A-Za-z_]\w*\s*=(?!=)")
_DIGITS = re.compile(r"(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?[jJ]?")


def read_python(text: str, symbols: Symbols, *, undeclared: bool = False) -> Node:
    """The tree of one Python expression; `name = expression` gives the expression.

    Raises:
        StudentError: not Python, or a construct that is not a formula, with its column.
    """
    if "\\" in text:
        raise StudentError("A Python formula has no backslashes.", code="syntax")
    if "=" in text:
        assignment = _ASSIGNMENT.match(text)
        # Blanks in place of the name keep every column where it was.
        text = " " * assignment.end() + text[assignment.end() :] if assignment else text
    if _ODD.search(text):
        # Without the space Python warns about `1and`; with it the meaning is the same.
        text = _KEYWORD.sub(r"\1 ", text)
        other = _OTHER_BASE.search(text)
        if other is not None:
            raise StudentError(f"Column {other.start() + 1}: write numbers in decimal.", code="syntax")
    source = f"({text}\n)"
    try:
        body = ast.parse(source, mode="eval").body
        node = Reader(source, symbols, undeclared).read(body)
    except (SyntaxError, ValueError) as error:
        column = getattr(error, "offset", None)
        where = f"Column {max(1, column - 1)}: " if column else ""
        raise StudentError(f"{where}this is not a Python expression.", code="syntax") from None
    except (RecursionError, MemoryError):
        raise StudentError("The formula is nested too deep.", code="too-deep") from None
    return check_depth(node) if len(text) > 200 else node


class Reader:
    """The source, for the digits of numbers, and the known names; one method for each construct."""

    def __init__(self, source: str, symbols: Symbols, undeclared: bool) -> None:
        self.source, self.symbols, self.undeclared = source, symbols, undeclared
        self.plain = source.isascii()  # then the columns that Python counts are those of the text
        self.bound: list[str] = []
        # The nodes of declared names, kept with them: a rubric's names are looked up in every answer.
        self.known: dict[str, Node] = symbols.read.setdefault("python", {})

    def read(self, node: ast.expr) -> Node:
        method = _METHODS.get(type(node))
        if method is None:
            raise self.refused(node, "this is not part of a formula")
        return method(self, node)

    def refused(self, node: ast.expr, why: str) -> StudentError:
        found = self.text_of(node)
        shown = found if len(found) <= 40 else found[:37] + "..."
        return StudentError(f"Column {node.col_offset}: {why}: {shown!r}", code="syntax")

    def text_of(self, node: ast.expr) -> str:
        """What stands in the source for a node."""
        if self.plain and node.end_lineno == 1:
            return self.source[node.col_offset : node.end_col_offset]
        return ast.get_source_segment(self.source, node) or ""

    def name(self, node: ast.Name) -> Node:
        name = node.id
        if len(name) > LETTERS:
            raise StudentError(f"A name has more than {LETTERS} letters.", code="too-long")
        if name in self.bound:
            return Node("symbol", (), name)
        known = self.known.get(name)
        if known is not None:
            return known
        found = self.symbols.find(name)
        if found is not None and found.kind != "function":
            known = Node("symbol", (), found.name)
            if len(self.known) < KEPT:
                self.known[name] = known
            return known
        if found is None and name in _CONSTANTS:
            return _CONSTANTS[name]
        if self.undeclared and found is None:
            return _SYMPY_CONSTANTS.get(name) or Node("symbol", (), canonical(name))
        raise unknown_name(name, self.symbols, node.col_offset)

    def constant(self, node: ast.Constant) -> Node:
        value = node.value
        if isinstance(value, bool):
            return Node("truth", (), value)
        if type(value) is int and 0 <= value <= 9:
            return _SMALL[value]
        if not isinstance(value, int | float | complex):
            raise self.refused(node, "not a number")
        digits = self.text_of(node).replace("_", "")
        if not _DIGITS.fullmatch(digits):
            raise self.refused(node, "write numbers in decimal")
        if digits[-1] in "jJ":
            return Node("product", (number_node(digits[:-1]), IMAGINARY))
        return number_node(digits)

    def binary(self, node: ast.BinOp) -> Node:
        kind = type(node.op)
        left, right = self.read(node.left), self.read(node.right)
        if left.op in SETS or right.op in SETS or kind in (ast.BitAnd, ast.BitOr):
            return self.of_sets(node, left, right)
        left, right = as_condition(left), as_condition(right)
        if kind is ast.Add or kind is ast.Sub:
            if kind is ast.Sub:
                right = Node("negate", (right,))
            return Node("sum", (*left.args, right) if left.op == "sum" else (left, right))
        if kind is ast.Mult:
            if self.undeclared or self.is_scalar(right) or self.is_scalar(left):
                return Node("product", (*left.args, right) if left.op == "product" else (left, right))
            return Node("hadamard", (left, right))
        if kind is ast.Div:
            return Node("divide", (left, right))
        if kind is ast.Pow:
            whole = self.is_scalar(left) or is_matrix(node.left)
            return Node("power", (left, right), None if whole else "elementwise")
        if kind is ast.MatMult:
            return Node("matmul", (left, right))
        if kind is ast.Mod:
            return call("mod", left, right)
        if kind is ast.FloorDiv:
            return call("floor", Node("divide", (left, right)))
        hint = "; a power is **" if kind is ast.BitXor else ""
        raise self.refused(node, f"this operator is not part of a formula{hint}")

    def of_sets(self, node: ast.BinOp, left: Node, right: Node) -> Node:
        """`A | B`, `A & B`, `A - B` of sets, and `|` and `&` of conditions."""
        both_sets = left.op in SETS and right.op in SETS
        names = {ast.BitOr: "union", ast.BitAnd: "intersection", ast.Sub: "difference", ast.Add: "union"}
        name = names.get(type(node.op)) if both_sets else None
        if left.op in CONDITIONS and right.op in CONDITIONS:
            name = {ast.BitOr: "or", ast.BitAnd: "and"}.get(type(node.op))
        if name is None:
            raise self.refused(node, "this operator is not part of a formula")
        return Node(name, (left, right))

    def is_scalar(self, node: Node) -> bool:
        """Whether a factor is plainly a number, so that `*` is the ordinary product."""
        op = node.op
        if op == "symbol":
            found = self.symbols.table.get(str(node.value))
            return found is None or found.shape == SCALAR
        if op == "call" and node.value in _SCALAR_CALLS:
            return True
        return op not in _ARRAYS and all(map(self.is_scalar, node.args))

    def unary(self, node: ast.UnaryOp) -> Node:
        inner = self.read(node.operand)
        if isinstance(node.op, ast.USub):
            return Node("negate", (as_condition(inner),))
        if isinstance(node.op, ast.UAdd):
            return inner
        return Node("not", (inner,))

    def boolean(self, node: ast.BoolOp) -> Node:
        return Node("and" if isinstance(node.op, ast.And) else "or", tuple(map(self.read, node.values)))

    def compare(self, node: ast.Compare) -> Node:
        sides = (self.read(node.left), *map(self.read, node.comparators))
        if len(node.ops) == 1 and isinstance(node.ops[0], ast.In | ast.NotIn):
            member = Node("member", sides)
            return member if isinstance(node.ops[0], ast.In) else Node("not", (member,))
        signs = tuple(_COMPARE.get(type(op), "") for op in node.ops)
        if "" in signs:
            raise self.refused(node, "this comparison is not part of a formula")
        return Node("relation", sides, signs[0] if len(signs) == 1 else signs)

    def choice(self, node: ast.IfExp) -> Node:
        value, condition, otherwise = map(self.read, (node.body, node.test, node.orelse))
        if condition.op not in CONDITIONS:
            raise self.refused(node.test, "a condition is a comparison")
        rest = otherwise.args if otherwise.op == "cases" else (otherwise,)
        return Node("cases", (value, condition, *rest))

    def entries(self, node: ast.List | ast.Tuple) -> Node:
        entries = [self.read(entry) for entry in node.elts]
        if entries and all(entry.op == "list" for entry in entries):
            return matrix_of([list(entry.args) for entry in entries])
        return Node("list", tuple(entries))

    def set(self, node: ast.Set) -> Node:
        return Node("set", tuple(map(self.read, node.elts)))

    def dictionary(self, node: ast.Dict) -> Node:
        if node.keys:
            raise self.refused(node, "this is not part of a formula")
        return Node("set")

    def attribute(self, node: ast.Attribute) -> Node:
        if node.attr == "T":
            return Node("transpose", (self.read(node.value),))
        if node.attr == "H":
            return call("dag", self.read(node.value))
        found = constant_of(node)
        if found is None:
            raise self.refused(node, "only .T and NumPy's functions are read")
        return found

    def subscript(self, node: ast.Subscript) -> Node:
        return subscript(self, node)

    def call(self, node: ast.Call) -> Node:
        return read_call(self, node)


_SMALL = tuple(Node("number", (), Fraction(digit)) for digit in range(10))
_METHODS: dict[type[ast.expr], Callable[[Reader, Any], Node]] = {
    ast.Name: Reader.name,
    ast.Constant: Reader.constant,
    ast.BinOp: Reader.binary,
    ast.UnaryOp: Reader.unary,
    ast.BoolOp: Reader.boolean,
    ast.Compare: Reader.compare,
    ast.IfExp: Reader.choice,
    ast.List: Reader.entries,
    ast.Tuple: Reader.entries,
    ast.Set: Reader.set,
    ast.Dict: Reader.dictionary,
    ast.Attribute: Reader.attribute,
    ast.Subscript: Reader.subscript,
    ast.Call: Reader.call,
}
