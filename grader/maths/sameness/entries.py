"""Arrays written as formulas, `(2, 1)/sqrt(5)` or `(1, 0) + s(-1, 2)`: shape, and one formula an entry."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from grader.errors import StudentError
from grader.maths.tree import Node

Shape = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entries:
    """An array: `()` for one number, `(n,)` for a list, `(rows, columns)`; the cells go row by row."""

    shape: Shape
    cells: tuple[Node, ...]

    @property
    def vector(self) -> bool:
        """Whether it is a list, one row or one column."""
        return is_vector(self.shape)


def is_vector(shape: Shape) -> bool:
    """Whether a shape is that of a list, one row or one column."""
    return len(shape) == 1 or (len(shape) == 2 and 1 in shape)


def shape_name(shape: Shape) -> str:
    """A shape in words.

    >>> [shape_name(shape) for shape in ((), (3,), (3, 1), (2, 3))]
    ['one number', 'a list of 3', 'a column of 3', 'a 2 x 3 array']
    """
    if not shape:
        return "one number"
    if len(shape) == 1:
        return f"a list of {shape[0]}"
    rows, columns = shape
    if columns == 1 and rows > 1:
        return f"a column of {rows}"
    return f"a {rows} x {columns} array"


def expand(node: Node) -> Entries:
    """The entries of an array, with sums, signs, factors and transposes carried into them.

    Raises:
        StudentError: rows of different lengths, shapes that do not go together, a product of two arrays.
    """
    match node.op:
        case "list":
            rows = [expand(arg) for arg in node.args]
            if all(not row.shape for row in rows):
                return Entries((len(rows),), node.args)
            return _stacked(rows)
        case "matrix":
            return _stacked([expand(row) for row in node.args])
        case "negate":
            inner = expand(node.args[0])
            return Entries(inner.shape, tuple(Node("negate", (cell,)) for cell in inner.cells))
        case "transpose":
            return transposed(expand(node.args[0]))
        case "call" if node.value == ("transpose", 0):
            return transposed(expand(node.args[0]))
        case "call" if node.value == ("diag", 0) and (found := expand(node.args[0])).vector:
            return _diagonal(found)
        case "sum":
            return _sum([expand(arg) for arg in node.args])
        case "product" | "divide" | "matmul" | "hadamard":
            return _scaled(node)
    return Entries((), (node,))


def transposed(entries: Entries) -> Entries:
    """The array with rows and columns exchanged; a list, which has no orientation, stays as it is."""
    if len(entries.shape) < 2:
        return entries
    rows, columns = entries.shape
    cells = entries.cells
    return Entries(
        (columns, rows), tuple(cells[r * columns + c] for c in range(columns) for r in range(rows))
    )


def _diagonal(entries: Entries) -> Entries:
    size = len(entries.cells)
    nothing = Node("number", (), Fraction(0))
    cells = tuple(entries.cells[r] if r == c else nothing for r in range(size) for c in range(size))
    return Entries((size, size), cells)


def _stacked(rows: list[Entries]) -> Entries:
    lengths = [len(row.cells) for row in rows]
    if any(len(row.shape) != 1 for row in rows):
        raise StudentError("An array with more than two dimensions cannot be read.", code="shape")
    if len(set(lengths)) > 1:
        odd = next(k for k, length in enumerate(lengths) if length != lengths[0])
        raise StudentError(
            f"Row {odd + 1} has {lengths[odd]} entries and row 1 has {lengths[0]}; "
            "all rows need the same number.",
            code="ragged",
        )
    return Entries((len(rows), lengths[0]), tuple(cell for row in rows for cell in row.cells))


def _sum(terms: list[Entries]) -> Entries:
    first = terms[0]
    for term in terms[1:]:
        alike = term.shape == first.shape or (
            term.vector and first.vector and len(term.cells) == len(first.cells)
        )
        if not alike:
            raise StudentError(
                f"{shape_name(first.shape)} and {shape_name(term.shape)} cannot be added.", code="shape"
            )
    columns = zip(*(term.cells for term in terms), strict=True)
    return Entries(first.shape, tuple(Node("sum", column) for column in columns))


def _scaled(node: Node) -> Entries:
    factors = [expand(arg) for arg in node.args]
    arrays = [k for k, factor in enumerate(factors) if factor.shape]
    if not arrays:
        return Entries((), (node,))
    if len(arrays) > 1 or (node.op == "divide" and arrays != [0]):
        raise StudentError("Products of arrays are not worked out here; write the result.", code="product")
    array = factors[arrays[0]]
    return Entries(
        array.shape,
        tuple(
            Node(
                node.op,
                tuple(cell if k == arrays[0] else factor.cells[0] for k, factor in enumerate(factors)),
                node.value,
            )
            for cell in array.cells
        ),
    )
