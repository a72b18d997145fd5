"""One formula at one point: its value with another part in one place, the unchanged parts worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from grader.errors import StudentError
from grader.maths.names import SCALAR, Shape, Symbol, Symbols
from grader.maths.sameness.identity import Formula
from grader.maths.tree import Node, bound_name, names_in
from grader.maths.values.evaluate import Point, Undefined, Value, evaluate
from grader.maths.values.shapes import FLEXIBLE, infer
from grader.maths.why import edits
from grader.maths.why.edit_factors import finite
from grader.maths.why.edits import Edit

# An edited formula may be one that nobody would write, and that no arithmetic has to know.
NO_VALUE = (StudentError, Undefined, ArithmeticError, KeyError, TypeError, ValueError, AttributeError)
_HOLE = "#"
_LEAVES = frozenset(("symbol", "number", "decimal", "constant", "identity", "truth"))
_CONDITIONS = frozenset(("relation", "and", "or", "not", "implies", "truth", "member"))
# Their arguments must be whole numbers that stand in the formula, so no name may take their place.
_WHOLE_NUMBERS = frozenset(("factorial", "binomial", "gcd", "lcm", "mod", "root", "gamma", "eye"))


class Scene:
    """One formula at one point: the value of every part, and of the whole with another part in one place."""

    def __init__(self, expected: Formula, point: Point) -> None:
        frame = expected.frame
        self.square = frame.square
        self.table: dict[str, Symbol] = dict(frame.symbols.table)
        self.symbols = Symbols(self.table, frame.symbols.spellings, frame.symbols.dimensions)
        self.values: dict[str, Value] = _Beside(point.values)
        self.point: Point = replace(point, values=self.values, kept=None)
        self.places = list(edits.places(expected.node, frame.symbols))
        self.own = {id(here) for _, here, _ in self.places}
        self._named: dict[int, Node | None] = {}
        self._templates: dict[tuple[int, ...], tuple[Node, Shape] | None] = {}
        self._without: dict[tuple[int, ...], Value | None] = {}
        self.above = {path: above for path, _, above in self.places}

    def value(self, node: Node) -> Value | None:
        """The value of any formula at this point; None where there is none."""
        try:
            settled, _ = infer(node, self.symbols, square=self.square)
            value = self._worked_out(settled)
        except NO_VALUE:
            return None
        return value if finite(value) else None

    def _worked_out(self, settled: Node) -> Value:
        self.point.algebra.work = 0  # each formula may add up so many terms
        return evaluate(settled, self.point)

    def edited(self, edit: Edit) -> Value | None:
        """The value of the whole formula with an edit."""
        above = self.above[edit.path]
        if _fixed(above, edit.path):
            return self.value(edit.tree)
        if edit.now.op in _CONDITIONS:
            return self.value(self._around(above, edit.path, edit.now))
        now = self._short(edit.now)
        template = self._template(edit.path, edit.was, above)
        try:
            settled, shape = infer(now, self.symbols, square=self.square)
            if template is None or shape != template[1]:
                return self.value(self._around(above, edit.path, now))
            self.values[_HOLE] = self._worked_out(settled)
            value = self._worked_out(template[0])
        except NO_VALUE:
            return None
        return value if finite(value) else None

    def without(self, path: tuple[int, ...], here: Node, above: tuple[Node, ...]) -> Value | None:
        """The value with zero in one place; None where that has none."""
        if path not in self._without:
            self._without[path] = None
            template = None if _fixed(above, path) else self._template(path, here, above)
            part = None if template is None else self.value(self._short(here))
            if template is not None and part is not None:
                self.values[_HOLE] = part - part
                try:
                    value = self._worked_out(template[0])
                    self._without[path] = value if finite(value) else None
                except NO_VALUE:
                    pass
        return self._without[path]

    def _template(
        self, path: tuple[int, ...], was: Node, above: tuple[Node, ...]
    ) -> tuple[Node, Shape] | None:
        """The settled formula with a hole at a path, and the shape of what fits there."""
        if path not in self._templates:
            self._templates[path] = None
            try:
                _, shape = infer(self._short(was), self.symbols, square=self.square)
                if shape != FLEXIBLE:
                    self.table[_HOLE] = _symbol(_HOLE, shape)
                    around = self._around(above, path, Node("symbol", (), _HOLE))
                    self._templates[path] = (infer(around, self.symbols, square=self.square)[0], shape)
            except NO_VALUE:
                pass
        return self._templates[path]

    def _around(self, above: tuple[Node, ...], path: tuple[int, ...], now: Node) -> Node:
        """The whole formula with something in one place and names for the parts beside it."""
        for node, position in zip(reversed(above), reversed(path), strict=True):
            if node.op != "symbol":
                args = list(self._short_arguments(node))
                args[position] = now
                now = node._replace(args=tuple(args))
        return now

    def _short(self, node: Node) -> Node:
        """The formula with names for the parts of the expected one that it contains."""
        if node.op in _LEAVES:
            return node
        if id(node) in self.own:
            if id(node) not in self._named:
                self._named[id(node)] = self._name(node)
            named = self._named[id(node)]
            if named is not None:
                return named
        return node._replace(args=self._short_arguments(node))

    def _short_arguments(self, node: Node) -> tuple[Node, ...]:
        op, args = node.op, node.args
        if bound_name(node) is not None or (op == "call" and called(node) in _WHOLE_NUMBERS):
            return args
        if op == "power":
            # The square of a norm needs no root, so the norm must stay in sight.
            base = args[0]
            if base.op == "call":
                return (base._replace(args=self._short_arguments(base)), args[1])
            return (self._short(base), args[1])
        if op == "matrix":
            return tuple(row._replace(args=self._short_arguments(row)) for row in args)
        if op == "entry":
            return (self._short(args[0]), *args[1:])
        return tuple(self._short(argument) for argument in args)

    def _name(self, node: Node) -> Node | None:
        if not all(name in self.table for name in names_in(node)):
            return None
        try:
            settled, shape = infer(node, self.symbols, square=self.square)
            if shape == FLEXIBLE:
                return None
            value = self._worked_out(settled)
        except NO_VALUE:
            return None
        if not finite(value):
            return None
        name = f"{_HOLE}{len(self._named)}"
        self.table[name], self.values[name] = _symbol(name, shape), value
        return Node("symbol", (), name)


class _Beside(dict[str, Value]):
    """Names of parts beside the values of a point, which may be worked out when they are asked for."""

    def __init__(self, outer: Mapping[str, Value]) -> None:
        super().__init__()
        self.outer = outer

    def __missing__(self, name: str) -> Value:
        return self.outer[name]


def _symbol(name: str, shape: Shape) -> Symbol:
    return Symbol(name, "scalar" if shape == SCALAR else "vector" if shape[1] == 1 else "matrix", shape)


def _fixed(above: tuple[Node, ...], path: tuple[int, ...]) -> bool:
    """Whether a place must be worked out where it stands: an exponent, an index, below a bound name."""
    return any(
        bound_name(node) is not None
        or (node.op in ("power", "entry") and position > 0)
        or (node.op == "call" and called(node) in _WHOLE_NUMBERS)
        or (node.op == "matrix" and place == len(path) - 1)
        for place, (node, position) in enumerate(zip(above, path, strict=True))
    )


def called(node: Node) -> str:
    assert isinstance(node.value, tuple)
    return str(node.value[0])
