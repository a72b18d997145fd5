"""Shapes before values: which sub-expression does not conform, said in the rubric's own letters.

Vectors are columns. `infer` also settles what a notation leaves open: the size of a bare identity, and
what NumPy's `@` does with vectors, which have no orientation there.
"""

from __future__ import annotations

from grader.errors import StudentError
from grader.maths.names import FUNCTIONS, SCALAR, Dimension, Shape, Symbols
from grader.maths.notation.text import call_name, to_text
from grader.maths.tree import Node, call, number, walk

# A multiple of the identity whose size the formula has not settled yet.
FLEXIBLE: Shape = ("?", "?")

_ELEMENTWISE = frozenset(
    "exp log sqrt abs sign sin cos tan sinh cosh tanh arcsin arccos arctan relu logistic max min".split()
)
_REDUCING = frozenset(("trace", "det", "total", "mean"))


class ShapeError(StudentError):
    """A formula whose shapes do not fit; the message names the sub-expression."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="shape")


def infer(node: Node, symbols: Symbols, *, square: bool = False) -> tuple[Node, Shape]:
    """The same formula with everything settled, and its shape `(rows, columns)`; numbers are `(1, 1)`.

    With `square` all letters of shapes count as one: a missing transpose conforms then, and can be
    compared with what a rubric says about it.

    Raises:
        ShapeError: the first sub-expression that does not conform.
        StudentError: a construct that has no value (a relation inside a formula, a function misused).
    """
    return _Inference(symbols, square).infer(node, None)


def describe(shape: Shape) -> str:
    """A shape in words.

    >>> describe(("n", 1)), describe(("n", "d")), describe((1, 1))
    ('a vector with n entries', 'n x d', 'a number')
    """
    rows, columns = shape
    if shape == SCALAR:
        return "a number"
    if columns == 1:
        return f"a vector with {rows} entries"
    if rows == 1:
        return f"a row with {columns} entries"
    return f"{rows} x {columns}"


class _Inference:
    def __init__(self, symbols: Symbols, square: bool) -> None:
        self.symbols, self.square = symbols, square

    def same(self, left: Dimension, right: Dimension) -> bool:
        if left == right:
            return True
        # In the square instance every letter stands for the same size; 1 stays 1.
        return self.square and left != 1 and right != 1

    def infer(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        """`size` is what a bare identity in this place must have, when that is known."""
        op = node.op
        if op in ("number", "decimal", "constant"):
            return node, SCALAR
        if op == "symbol":
            found = self.symbols.table[str(node.value)]
            return node, found.shape
        if op == "identity":
            return self.identity(node, size)
        if op == "sum":
            return self.sum(node, size)
        if op == "negate":
            inner, shape = self.infer(node.args[0], size)
            return Node("negate", (inner,)), shape
        if op in ("product", "matmul"):
            return self.product(node, size)
        if op == "hadamard":
            return self.hadamard(node, size)
        if op == "divide":
            return self.divide(node, size)
        if op == "power":
            return self.power(node, size)
        if op == "transpose":
            inner, shape = self.infer(node.args[0], size)
            if shape == SCALAR:
                return inner, shape
            return Node("transpose", (inner,)), (shape[1], shape[0])
        if op == "call":
            return self.call(node, size)
        if op == "list":
            entries = [self.scalar(entry, "an entry of a vector") for entry in node.args]
            return Node("list", tuple(entries)), (len(entries), 1)
        if op == "matrix":
            rows = [
                Node("list", tuple(self.scalar(cell, "an entry of a matrix") for cell in row.args))
                for row in node.args
            ]
            return Node("matrix", tuple(rows)), (len(rows), len(rows[0].args))
        raise StudentError(f"A formula is wanted, not the relation {to_text(node)}.", code="relation")

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
        if isinstance(dimension, str):
            found = self.symbols.find(dimension)
            if found is None or found.kind != "dimension":
                raise StudentError(f"I_{dimension}: {dimension} is not a dimension.", code="unknown-name")
            dimension = found.name
        return Node("identity", (), dimension), (dimension, dimension)

    def sum(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        terms = [self.infer(term, size) for term in node.args]
        if any(term.op == "matmul" for term in walk(node)):
            terms = self.upright(terms)
        shape, first = FLEXIBLE, 0
        for position, (_, other) in enumerate(terms):
            # A number beside vectors is added to every entry, so the vectors say the shape.
            if other != FLEXIBLE and (shape == FLEXIBLE or (shape == SCALAR and other[1] == 1)):
                shape, first = other, position
        if shape == FLEXIBLE:
            return Node("sum", tuple(term for term, _ in terms)), FLEXIBLE
        settled = []
        for original, (term, other) in zip(node.args, terms, strict=True):
            if other == FLEXIBLE and shape != SCALAR and self.same(shape[0], shape[1]):
                term, _ = self.infer(original, shape[0])
            elif other == SCALAR and shape != SCALAR and shape[1] == 1:
                term = Node("broadcast", (term,), shape[0])
            elif not (self.same(shape[0], other[0]) and self.same(shape[1], other[1])):
                raise self.not_added(node.args[first], shape, original, other)
            settled.append(term)
        return Node("sum", tuple(settled)), shape

    def upright(self, terms: list[tuple[Node, Shape]]) -> list[tuple[Node, Shape]]:
        """NumPy adds (y - s).T @ W and r: its vectors have no orientation, so rows become columns."""
        if not any(shape[1] == 1 and shape != SCALAR for _, shape in terms):
            return terms
        return [
            (Node("transpose", (term,)), (shape[1], 1))
            if shape[0] == 1 and shape != SCALAR
            else (term, shape)
            for term, shape in terms
        ]

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
        left, shape = self.infer(node.args[0], size)
        turned = False
        for position, original in enumerate(node.args[1:], start=1):
            right, other = self.infer(original, size)
            if node.op == "matmul" and shape[1] == 1 and shape != SCALAR and self.same(shape[0], other[0]):
                # v @ w and v @ X in NumPy: the vector is a row when it stands on the left.
                left, shape, turned = Node("transpose", (left,)), (1, shape[0]), True
            elif node.op == "matmul" and SCALAR in (shape, other):
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
        left, shape = self.infer(node.args[0], size)
        right, other = self.infer(node.args[1], size)
        if SCALAR in (shape, other) or FLEXIBLE in (shape, other):
            conforming = self.times(shape, other)
            assert conforming is not None
            return Node("product", (left, right)), conforming
        if self.same(shape[0], other[0]) and self.same(shape[1], other[1]):
            return Node("hadamard", (left, right)), shape
        shown, shown_right = to_text(node.args[0]), to_text(node.args[1])
        raise ShapeError(
            f"{shown} .* {shown_right}: {shown} is {describe(shape)}, {shown_right} is {describe(other)}; "
            "the elementwise product needs equal shapes."
        )

    def divide(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        above, shape = self.infer(node.args[0], size)
        below, other = self.infer(node.args[1], None)
        if other == SCALAR:
            return Node("divide", (above, below)), shape
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

    def call(self, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
        name, primes = call_name(node)
        declared = self.symbols.table.get(name)
        counts = FUNCTIONS.get(name, ()) if declared is None else (1,)
        if counts and len(node.args) not in counts:
            wanted = " or ".join(map(str, counts))
            raise StudentError(f"{name} takes {wanted} argument(s), not {len(node.args)}.", code="syntax")
        if name == "eye" and declared is None:
            argument = node.args[0]
            return self.identity(Node("identity", (), to_text(argument)), None)
        typed = [self.infer(argument, size) for argument in node.args]
        args, shapes = tuple(term for term, _ in typed), [shape for _, shape in typed]
        settled = Node("call", args, (name, primes))
        if declared is not None or name in _ELEMENTWISE or name == "softmax":
            if any(shape != shapes[0] for shape in shapes):
                raise ShapeError(f"{to_text(node)}: the arguments have different shapes.")
            scalar = declared is not None and declared.domain == "scalar"
            return settled, SCALAR if scalar else shapes[0]
        if name == "norm" or name in _REDUCING:
            if name in ("trace", "det") and not self.same(*shapes[0]):
                raise ShapeError(
                    f"{to_text(node)}: {to_text(node.args[0])} is {describe(shapes[0])}, not square."
                )
            return settled, SCALAR
        return self.matrix_function(name, node, args, shapes)

    def matrix_function(
        self, name: str, node: Node, args: tuple[Node, ...], shapes: list[Shape]
    ) -> tuple[Node, Shape]:
        shape, shown = shapes[0], to_text(node.args[0])
        if name == "transpose":
            return self.infer(Node("transpose", (node.args[0],)), None)
        if name == "inv":
            if not self.same(*shape):
                raise ShapeError(f"{shown} is {describe(shape)}; only square matrices have an inverse.")
            return call("inv", args[0]), shape
        if name == "pinv":
            return call("pinv", args[0]), (shape[1], shape[0])
        if name == "diag":
            if shape[1] == 1:
                return call("diag", args[0]), (shape[0], shape[0])
            return call("diagonal", args[0]), (shape[0], 1)
        if name == "dot":
            return self.product(Node("matmul", node.args), None)
        if name == "outer":
            return self.product(Node("product", (node.args[0], Node("transpose", (node.args[1],)))), None)
        if name in ("solve", "lstsq"):
            if not self.same(shape[0], shapes[1][0]) or (name == "solve" and not self.same(*shape)):
                raise ShapeError(f"{to_text(node)}: {describe(shape)} and {describe(shapes[1])} do not fit.")
            inverse = "inv" if name == "solve" else "pinv"
            return Node("product", (call(inverse, args[0]), args[1])), (shape[1], shapes[1][1])
        raise StudentError(f"{name} has no value here.", code="syntax")


def _primed(shown: str) -> str:
    if shown.endswith("'") and " " not in shown:
        return shown[:-1]
    return f"({shown})'" if " " in shown else f"{shown}'"
