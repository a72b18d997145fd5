"""Whether an answer does what the question asks of it: put into the question's own equation, it must hold.

`X' (X answer - t) = 0` gives no answer away, and tells a right one. Both sides are worked out at secret
random points modulo a prime; a difference is a proof, agreement at all points is as good as one.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from grader.errors import StudentError
from grader.maths.names import Shape, Symbol, Symbols
from grader.maths.tree import Node, number

NAME: Final = "answer"
_POINTS: Final = 4


def with_answer(symbols: Symbols, size: Shape) -> Symbols:
    """The symbols of a part and the name `answer`, of the size that the answer has."""
    rows, columns = size
    kind: Any = "scalar" if size == (1, 1) else "vector" if columns == 1 else "matrix"
    one = Symbol(NAME, kind, (rows, columns))
    return Symbols({**symbols.table, NAME: one}, {**symbols.spellings, NAME: NAME}, symbols.dimensions)


def holds(equation: str, answer: Node, symbols: Symbols, size: Shape, salt: bytes) -> bool | None:
    """Whether an equation holds with the answer in it; None where that cannot be told.

    Raises:
        StudentError: the equation cannot be read, or its shapes do not fit together.
    """
    from grader.maths.notation import read
    from grader.maths.sameness import identity
    from grader.maths.values.algebra import Undefined
    from grader.maths.values.shapes import describe

    node = read(equation, with_answer(symbols, size), "plain")
    if node.op != "relation" or len(node.args) != 2:
        raise StudentError(f"{equation!r} is no equation.")
    frame = identity.Frame(symbols, salt)
    left, right = (identity.settle(_put(side, {NAME: answer}), frame) for side in node.args)
    if left.shape != right.shape:
        if node.args[1] != number(0):
            raise StudentError(
                f"The sides of {equation!r} are {describe(left.shape)} and {describe(right.shape)}."
            )
        # A zero on the right is that of the size on the left.
        right = identity.settle(Node("product", (number(0), left.node)), frame)
    try:
        for index in range(_POINTS):
            one, other = (side.at(index, side.plural, True) for side in (left, right))
            if one.value != other.value:
                return None if one.opaque or other.opaque else False
    except Undefined:
        return False  # the right answer has a value at these points
    except (ArithmeticError, ImportError):
        return None
    return True


def _put(node: Node, meanings: Mapping[str, Node]) -> Node:
    if node.op == "symbol" and node.value in meanings:
        return meanings[str(node.value)]
    return node._replace(args=tuple(_put(argument, meanings) for argument in node.args))
