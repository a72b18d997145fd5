"""What a shape is called, and the error of shapes that do not fit."""

from __future__ import annotations

from grader.errors import StudentError
from grader.maths.names import SCALAR, Shape
from grader.maths.tree import Node

# A multiple of the identity whose size the formula has not settled yet.
FLEXIBLE: Shape = ("?", "?")


class ShapeError(StudentError):
    """A formula whose shapes do not fit; the message names the sub-expression."""

    def __init__(self, message: str) -> None:
        super().__init__(message, code="shape")


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


def is_infinite(node: Node) -> bool:
    """Whether a formula is infinity or minus infinity."""
    node = node.args[0] if node.op == "negate" else node
    return node.op == "constant" and node.value == "infinity"
