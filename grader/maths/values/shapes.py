"""Shapes before values: which sub-expression does not conform, said in the rubric's own letters.

Vectors are columns. `infer` also settles what a notation leaves open: the size of a bare identity, and
what NumPy's `@` does with vectors, which have no orientation there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from grader.errors import StudentError
from grader.maths.names import SCALAR, Dimension, Shape, Symbol, Symbols, unknown_name
from grader.maths.notation.text import to_text
from grader.maths.tree import Node, call, names_in, number
from grader.maths.values import entrywise
from grader.maths.values.call_shapes import ENTRYWISE, MOST_SIZE, shape_of_call
from grader.maths.values.derivative import differentiate
from grader.maths.values.limits import settled_limit
from grader.maths.values.matrix_limits import matrix_limit
from grader.maths.values.shape_words import FLEXIBLE, ShapeError, describe, is_infinite

__all__ = ("FLEXIBLE", "ShapeError", "describe", "infer")

_CONDITIONS = frozenset("relation and or not implies truth member".split())
_SCALARS = frozenset("number decimal constant partial".split())
_PLAIN = frozenset("number decimal sum negate product divide power".split())


def infer(
    node: Node,
    symbols: Symbols,
    *,
    square: bool = False,
    size: Dimension | None = None,
    kept: dict[Node, tuple[Node, Shape, bool]] | None = None,
) -> tuple[Node, Shape]:
    """The same formula with everything settled, and its shape `(rows, columns)`; numbers are `(1, 1)`.

    With `square` all letters of shapes count as one: a missing transpose conforms then, and can be
    compared with what a rubric says about it. `size` is what a bare identity must have, if that is known.
    `kept` remembers what the parts of earlier formulas came to, so that equal parts become one object.

    Raises:
        ShapeError: the first sub-expression that does not conform.
        StudentError: a construct that has no value (a relation inside a formula, a function misused).
    """
    if kept is None and _is_plain(node, symbols.table):
        return node, SCALAR
    return Inference(symbols, square, kept).infer(node, size)


def _is_plain(node: Node, table: Mapping[str, Symbol]) -> bool:
    """Whether a formula is arithmetic of numbers only: then there is nothing to settle."""
    op = node.op
    if op == "symbol":
        found = table.get(node.value)  # type: ignore[call-overload]
        return found is not None and found.shape == SCALAR and found.kind != "function"
    if op == "call":
        # Functions that are applied entry by entry: of numbers they are numbers.
        pair: Any = node.value
        name, primes = pair
        if primes or name in table or len(node.args) not in ENTRYWISE.get(name, ()):
            return False
    elif op not in _PLAIN:
        return op == "constant"
    for argument in node.args:  # noqa: SIM110 - a loop is faster here, and this is the inner loop
        if not _is_plain(argument, table):
            return False
    return True


class Inference:
    """What one formula is settled with; each method settles one kind of node and says its shape."""

    def __init__(
        self, symbols: Symbols, square: bool, kept: dict[Node, tuple[Node, Shape, bool]] | None
    ) -> None:
        self.symbols, self.square, self.known = symbols, square, kept
        self.table = symbols.table
        self.bound: tuple[str, ...] = ()
        self.numpy = False  # whether NumPy's @ was met inside the sum at hand

    def same(self, left: Dimension, right: Dimension) -> bool:
        if left == right:
            return True
        # In the square instance every letter stands for the same size; one of several numbers stays itself.
        if not self.square:
            return False
        if isinstance(left, str) and isinstance(right, str):
            return True
        # Sizes that are numbers: where there is one only, it is that of the square instance.
        fixed = {n for s in self.table.values() for n in s.shape if isinstance(n, int) and n > 1}
        return len(fixed) == 1 and 1 not in (left, right)

    def infer(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        """`size` is what a bare identity in this place must have, when that is known."""
        op = node.op
        if op == "symbol":
            found = self.table.get(node.value)  # type: ignore[call-overload]
            if found is None or self.bound or found.kind == "function":
                return self.symbol(node)
            return node, found.shape
        method = _METHODS.get(op)
        if method is not None:
            if self.known is None or size is not None or self.bound:
                return method(self, node, size)
            return self.remembered(node, method)
        if op in _SCALARS:
            return node, SCALAR
        if op == "list":
            if all(entry.op == "list" for entry in node.args) and node.args:
                return self.infer(Node("matrix", node.args), size)
            entries = [self.scalar(entry, "an entry of a vector") for entry in node.args]
            if len(entries) == 1:
                return entries[0], SCALAR
            if not entries:
                raise StudentError("A vector without entries has no value.", code="shape")
            return Node("list", tuple(entries)), (len(entries), 1)
        if op == "matrix":
            return self.matrix(node)
        if op == "plusminus":
            raise StudentError(
                f"{to_text(node)} stands for two values; write them as a set.", code="plusminus"
            )
        raise StudentError(f"A formula is wanted, not the relation {to_text(node)}.", code="relation")

    def remembered(
        self, node: Node, method: Callable[[Inference, Node, None], tuple[Node, Shape]]
    ) -> tuple[Node, Shape]:
        """What a tree came to when it was met before, or comes to now."""
        assert self.known is not None
        found = self.known.get(node)
        if found is None:
            outer, self.numpy = self.numpy, False
            settled, shape = method(self, node, None)
            found = self.known[node] = settled, shape, self.numpy
            self.numpy = outer
        self.numpy = self.numpy or found[2]
        return found[0], found[1]

    def negate(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        (given,) = node.args
        inner, shape = self.infer(given, size)
        return (node if inner is given else Node("negate", (inner,))), shape

    def transpose(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        (given,) = node.args
        inner, shape = self.infer(given, size)
        if shape == SCALAR:
            return inner, shape
        rows, columns = shape
        return (node if inner is given else Node("transpose", (inner,))), (columns, rows)

    def symbol(self, node: Node) -> tuple[Node, Shape]:
        name = str(node.value)
        if name in self.bound:
            return node, SCALAR
        found = self.symbols.table.get(name)
        if found is None:
            raise unknown_name(name, self.symbols, 1)
        if found.kind == "function":
            raise StudentError(f"{name} is a function; write its argument.", code="syntax")
        return node, found.shape

    def matrix(self, node: Node) -> tuple[Node, Shape]:
        if not node.args or len({len(row.args) for row in node.args}) > 1 or not node.args[0].args:
            raise ShapeError("The rows of a matrix have different lengths.")
        rows = [
            Node("list", tuple(self.scalar(cell, "an entry of a matrix") for cell in row.args))
            for row in node.args
        ]
        if len(rows) == 1 == len(rows[0].args):
            return rows[0].args[0], SCALAR
        return Node("matrix", tuple(rows)), (len(rows), len(rows[0].args))

    def within(self, name: str, node: Node, size: Dimension | None = None) -> tuple[Node, Shape]:
        """The body of something that binds a name."""
        outer, self.bound = self.bound, (*self.bound, name)
        try:
            return self.infer(node, size)
        finally:
            self.bound = outer

    def fold(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        pair: Any = node.value
        kind, index = pair
        body, shape = self.within(index, node.args[0], size)
        if kind == "product" and shape != SCALAR and not self.same(*shape):
            raise ShapeError(f"{to_text(node)}: {to_text(node.args[0])} is {describe(shape)}, not square.")
        ends = tuple(self.scalar(end, "a limit of a sum") for end in node.args[1:])
        return Node("fold", (body, *ends), node.value), shape

    def entry(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        array, *places = node.args
        indices = tuple(self.scalar(place, "an index") for place in places)
        if array.op == "symbol" and array.value not in self.bound:
            found = self.symbols.table.get(str(array.value))
            if found is None or found.kind not in ("vector", "matrix"):
                return Node("entry", (array, *indices), str(array.value)), SCALAR
        inner, shape = self.infer(array, None)
        if len(indices) == 1 and 1 not in shape:
            said = f"{to_text(array)} is {describe(shape)}; an entry of it has two indices."
            raise StudentError(said, code="index")  # it may be a row, a column or a name of one's own
        lengths = shape if len(indices) == 2 else (shape[0] if shape[1] == 1 else shape[1],)
        for index, length in zip(indices, lengths, strict=False):
            if index.op == "number" and isinstance(length, int) and index.value > length:  # type: ignore
                raise StudentError(f"{to_text(node)}: there is no entry {to_text(index)}.", code="index")
        return Node("entry", (inner, *indices)), SCALAR

    def cases(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        if any(map(self.is_entrywise, node.args[1::2])):
            return self.infer(entrywise.cases(node.args), size)
        args: list[Node] = []
        shape: Shape | None = None
        for position, part in enumerate(node.args):
            if position % 2:
                args.append(self.condition(part))
                continue
            value, other = self.infer(part, size)
            if shape is not None and not (self.same(shape[0], other[0]) and self.same(shape[1], other[1])):
                raise ShapeError(f"{to_text(node)}: the cases have different shapes.")
            shape = other
            args.append(value)
        if shape is None:
            raise StudentError("There is no case.", code="syntax")
        return Node("cases", tuple(args)), shape

    def indicator(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        if self.is_entrywise(node.args[0]):
            return self.infer(entrywise.indicator(node.args[0]), size)
        return Node("indicator", (self.condition(node.args[0]),)), SCALAR

    def is_entrywise(self, node: Node) -> bool:
        """Whether a condition compares vectors."""
        if node.op != "relation":
            return node.op in ("and", "or", "not") and any(map(self.is_entrywise, node.args))
        sides = [side for side in node.args if not is_infinite(side)]
        return any(self.infer(side, None)[1] not in (SCALAR, FLEXIBLE) for side in sides)

    def condition(self, node: Node) -> Node:
        op, args = node.op, node.args
        if op == "relation":
            return Node(op, tuple(self.side(side) for side in args), node.value)
        if op == "member":
            return Node(op, (self.scalar(args[0], "an element"), self.set(args[1])))
        if op in _CONDITIONS:
            return Node(op, tuple(map(self.condition, args)), node.value)
        raise StudentError(f"{to_text(node)} is not a condition.", code="condition")

    def side(self, node: Node) -> Node:
        return node if is_infinite(node) else self.scalar(node, "a side of a condition")

    def set(self, node: Node) -> Node:
        if node.op in ("set", "interval"):
            return Node(node.op, tuple(map(self.side, node.args)), node.value)
        if node.op in ("union", "intersection", "difference"):
            return Node(node.op, tuple(map(self.set, node.args)), node.value)
        if node.op == "named":
            return node
        raise StudentError(f"{to_text(node)} is not a set.", code="condition")

    def derivative(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        pair: Any = node.value
        variable, order = pair
        declared = self.symbols.table.get(variable)
        if variable not in self.bound and (declared is None or declared.shape != SCALAR):
            raise StudentError(f"The derivative by {variable} is not worked out here.", code="derivative")
        raw = node.args[0]
        if raw.op == "symbol" and raw.value != variable and self.infer(raw, None)[1] == SCALAR:
            definition = (
                self.symbols.table[str(raw.value)].definition if raw.value not in self.bound else None
            )
            if definition is None:
                # dL/dw, where nothing says how L depends on w: a name of its own.
                return Node("partial", (), (f"d^{order} {raw.value} / d {variable}", ())), SCALAR
        body, shape = self.infer(raw, size)
        unknown = frozenset(s.name for s in self.symbols.table.values() if s.kind == "function")
        return differentiate(self.open(body, variable), variable, order=order, unknown=unknown), shape

    def open(self, node: Node, variable: str) -> Node:
        """The formula with those abbreviations written out that hang on a variable."""
        if node.op == "symbol":
            found = self.symbols.table.get(str(node.value))
            if found is not None and found.definition is not None and node.value not in self.bound:
                inner = self.open(found.definition, variable)
                return inner if variable in names_in(inner) else node
            return node
        if not node.args:
            return node
        return Node(node.op, tuple(self.open(argument, variable) for argument in node.args), node.value)

    def integral(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        name = str(node.value)
        if len(node.args) == 1:
            inner, shape = self.infer(node.args[0], None)
        else:
            inner, shape = self.within(name, node.args[0])
        if shape != SCALAR:
            raise ShapeError(f"{to_text(node)}: {to_text(node.args[0])} is {describe(shape)}.")
        return Node("integral", (inner, *map(self.side, node.args[1:])), name), SCALAR

    def limit(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        pair: Any = node.value
        variable, _ = pair
        inner, shape = self.within(variable, node.args[0])
        if shape != SCALAR:
            found = matrix_limit(node.args[0], str(variable), node.args[1])
            if found is None:
                raise StudentError(f"{to_text(node)}: this limit is not worked out.", code="limit")
            return self.infer(found, size)
        return settled_limit(Node("limit", (inner, self.side(node.args[1])), node.value)), SCALAR

    def scalar(self, node: Node, what: str) -> Node:
        inner, shape = self.infer(node, None)
        if shape != SCALAR:
            raise ShapeError(f"{to_text(node)} is {describe(shape)}; {what} is a number.")
        return inner

    def identity(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        named = node.value if node.value is not None else size
        if named is None:
            return node, FLEXIBLE
        dimension: Dimension = int(str(named)) if str(named).isdigit() else str(named)
        if isinstance(dimension, int) and not 1 <= dimension <= MOST_SIZE:
            raise StudentError(f"A matrix of size {dimension} is not worked out.", code="too-large")
        if dimension == 1:
            return number(1), SCALAR
        if isinstance(dimension, str):
            found = self.symbols.find(dimension)
            if found is None or found.kind != "dimension":
                raise StudentError(f"I_{dimension}: {dimension} is not a dimension.", code="unknown-name")
            dimension = found.name
        return Node("identity", (), dimension), (dimension, dimension)

    def sum(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        outer, self.numpy = self.numpy, False
        terms, shapes = self.infer_all(node.args, size)
        if self.numpy:
            terms, shapes = self.upright(terms, shapes)
        self.numpy = self.numpy or outer
        if shapes[0] != FLEXIBLE and shapes.count(shapes[0]) == len(shapes):
            return self.kept(node, terms), shapes[0]
        shape, first = FLEXIBLE, 0
        for position, other in enumerate(shapes):
            # A number beside vectors is added to every entry, so the vectors say the shape.
            if other != FLEXIBLE and (shape == FLEXIBLE or (shape == SCALAR and other[1] == 1)):
                shape, first = other, position
        if shape == FLEXIBLE:
            return self.kept(node, terms), FLEXIBLE
        settled = []
        for original, term, other in zip(node.args, terms, shapes, strict=True):
            if other == FLEXIBLE and shape != SCALAR and self.same(shape[0], shape[1]):
                term, _ = self.infer(original, shape[0])
            elif other == SCALAR and shape != SCALAR and shape[1] == 1:
                term = Node("broadcast", (term,), shape[0])
            elif not (self.same(shape[0], other[0]) and self.same(shape[1], other[1])):
                raise self.not_added(node.args[first], shape, original, other)
            settled.append(term)
        return Node("sum", tuple(settled)), shape

    def infer_all(self, nodes: tuple[Node, ...], size: Dimension | None) -> tuple[list[Node], list[Shape]]:
        """Each of some nodes settled, and their shapes; names are looked up here, because most nodes are."""
        table, settled, shapes = self.table, [], []
        for node in nodes:
            found = None
            if node.op == "symbol" and not self.bound:
                found = table.get(node.value)  # type: ignore[call-overload]
            if found is not None and found.kind != "function":
                settled.append(node)
                shapes.append(found.shape)
            else:
                inner, shape = self.infer(node, size)
                settled.append(inner)
                shapes.append(shape)
        return settled, shapes

    def kept(self, node: Node, settled: list[Node]) -> Node:
        """A node with its settled arguments: the same one where nothing was to be settled."""
        for old, new in zip(node.args, settled, strict=True):
            if old is not new:
                return Node(node.op, tuple(settled))
        return node

    def upright(self, terms: list[Node], shapes: list[Shape]) -> tuple[list[Node], list[Shape]]:
        """NumPy adds (y - s).T @ W and r: its vectors have no orientation, so rows become columns."""
        if not any(shape[1] == 1 and shape != SCALAR for shape in shapes):
            return terms, shapes
        rows = [shape[0] == 1 and shape != SCALAR for shape in shapes]
        return (
            [Node("transpose", (term,)) if row else term for term, row in zip(terms, rows, strict=True)],
            [(shape[1], 1) if row else shape for shape, row in zip(shapes, rows, strict=True)],
        )

    def not_added(self, first: Node, shape: Shape, other: Node, other_shape: Shape) -> ShapeError:
        hint = ""
        if SCALAR in (shape, other_shape):
            scalar = to_text(first if shape == SCALAR else other).removeprefix("-")
            hint = f"; to add a number to a matrix write {scalar} I"
        said = "a multiple of I" if other_shape == FLEXIBLE else describe(other_shape)
        return ShapeError(
            f"{to_text(first)} is {describe(shape)}, {to_text(other)} is {said}: they cannot be added{hint}."
        )

    def product(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        if node.op == "product":
            return self.ordinary_product(node, size)
        self.numpy = True
        left, shape = self.infer(node.args[0], size)
        turned = False
        for position, original in enumerate(node.args[1:], start=1):
            right, other = self.infer(original, size)
            if shape[1] == 1 and shape != SCALAR and self.same(shape[0], other[0]):
                # v @ w and v @ X in NumPy: the vector is a row when it stands on the left.
                left, shape, turned = Node("transpose", (left,)), (1, shape[0]), True
            elif SCALAR in (shape, other):
                both = [to_text(argument) for argument in node.args]
                raise ShapeError(f"@ does not multiply by a number; write {' * '.join(both)}.")
            conforming = self.times(shape, other)
            if conforming is None:
                done = node.args[:position]
                before = done[0] if position == 1 else Node(node.op, done)
                raise self.not_multiplied(before, shape, original, other)
            left = Node("product", (*left.args, right) if left.op == "product" else (left, right))
            shape = conforming
        if turned and shape[0] == 1 and shape != SCALAR:
            # v @ X has no orientation in NumPy either; here vectors are columns.
            return Node("transpose", (left,)), (shape[1], 1)
        return left, shape

    def ordinary_product(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        factors, shapes = self.infer_all(node.args, size)
        shape = shapes[0]
        for position in range(1, len(shapes)):
            other = shapes[position]
            if shape == SCALAR:
                shape = other
            elif other == SCALAR:
                pass
            elif shape[1] == other[0] and shape != FLEXIBLE:
                shape = (shape[0], other[1])
            else:
                conforming = self.times(shape, other)
                if conforming is None:
                    done = node.args[:position]
                    before = done[0] if position == 1 else Node("product", done)
                    raise self.not_multiplied(before, shape, node.args[position], other)
                shape = conforming
        if len(factors) == 1:
            return factors[0], shape
        if factors[0].op == "product":
            factors[:1] = factors[0].args
            return Node("product", tuple(factors)), shape
        return self.kept(node, factors), shape

    def times(self, shape: Shape, other: Shape) -> Shape | None:
        """The shape of a product, or None when the factors do not conform."""
        if shape in (SCALAR, FLEXIBLE) and not (shape == FLEXIBLE and other == SCALAR):
            return other
        if other in (SCALAR, FLEXIBLE):
            return shape
        return (shape[0], other[1]) if self.same(shape[1], other[0]) else None

    def not_multiplied(self, left: Node, shape: Shape, right: Node, other: Shape) -> ShapeError:
        shown, shown_right = to_text(left), to_text(right)
        return ShapeError(
            f"{shown} {shown_right}: {shown} is {describe(shape)}, {shown_right} is {describe(other)}"
            f"{self.repair(shape, other, shown, shown_right)}."
        )

    def repair(self, shape: Shape, other: Shape, shown: str, shown_right: str) -> str:
        """What would conform, if one transpose does it."""
        if shape[1] == 1 and other[1] == 1 and self.same(shape[0], other[0]):
            return f"; two vectors multiply as {_primed(shown)} {shown_right} or elementwise"
        if self.same(shape[0], other[0]):
            return f"; {_primed(shown)} {shown_right} conforms"
        if self.same(shape[1], other[1]):
            return f"; {shown} {_primed(shown_right)} conforms"
        return "; they do not conform"

    def hadamard(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        settled, (shape, other) = self.infer_all(node.args, size)
        if SCALAR in (shape, other) or FLEXIBLE in (shape, other):
            conforming = self.times(shape, other)
            assert conforming is not None
            return Node("product", tuple(settled)), conforming
        if self.same(shape[0], other[0]) and self.same(shape[1], other[1]):
            return self.kept(node, settled), shape
        shown, shown_right = to_text(node.args[0]), to_text(node.args[1])
        raise ShapeError(
            f"{shown} .* {shown_right}: {shown} is {describe(shape)}, {shown_right} is {describe(other)}; "
            "the elementwise product needs equal shapes."
        )

    def divide(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        above, shape = self.infer(node.args[0], size)
        below, other = self.infer(node.args[1], None)
        if other == SCALAR:
            return self.kept(node, [above, below]), shape
        if other[1] == 1 and other != FLEXIBLE and (shape == SCALAR or self.same(shape[0], other[0])):
            # Vectors of functions of the same entries are divided entry by entry.
            inverse = Node("power", (below, Node("negate", (number(1),))), "elementwise")
            if shape in (SCALAR, other):
                return Node("product" if shape == SCALAR else "hadamard", (above, inverse)), other
        kind = "a vector" if 1 in other else "a matrix"
        raise ShapeError(f"{to_text(node.args[1])} is {describe(other)}: one cannot divide by {kind}.")

    def power(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        base, shape = self.infer(node.args[0], size)
        if node.args[0] == Node("constant", (), "e"):
            exponent, shape = self.infer(node.args[1], None)
            return (Node("power", (base, exponent)) if shape == SCALAR else call("exp", exponent)), shape
        exponent = self.scalar(node.args[1], "an exponent")
        if shape in (SCALAR, FLEXIBLE):
            return Node("power", (base, exponent)), shape
        if node.value == "elementwise" or shape[1] == 1:
            return Node("power", (base, exponent), "elementwise"), shape
        if not self.same(shape[0], shape[1]):
            raise ShapeError(
                f"{to_text(node)}: {to_text(node.args[0])} is {describe(shape)}; "
                "only square matrices have powers."
            )
        return Node("power", (base, exponent)), shape


_METHODS: dict[str, Callable[[Inference, Node, Dimension | None], tuple[Node, Shape]]] = {
    "identity": Inference.identity,
    "negate": Inference.negate,
    "transpose": Inference.transpose,
    "sum": Inference.sum,
    "product": Inference.product,
    "matmul": Inference.product,
    "hadamard": Inference.hadamard,
    "divide": Inference.divide,
    "power": Inference.power,
    "call": shape_of_call,
    "fold": Inference.fold,
    "entry": Inference.entry,
    "cases": Inference.cases,
    "indicator": Inference.indicator,
    "derivative": Inference.derivative,
    "integral": Inference.integral,
    "limit": Inference.limit,
}


def _primed(shown: str) -> str:
    if shown.endswith("'") and " " not in shown:
        return shown[:-1]
    return f"({shown})'" if " " in shown else f"{shown}'"
