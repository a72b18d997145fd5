"""The shapes of functions at their arguments: entry by entry, reductions, and functions of whole matrices."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Any

from grader.errors import StudentError
from grader.maths.names import FUNCTIONS, SCALAR, Dimension, Shape, unknown_name
from grader.maths.notation.text import to_text
from grader.maths.tree import Node, call, number
from grader.maths.values.shape_words import FLEXIBLE, ShapeError, describe, is_infinite

if TYPE_CHECKING:
    from grader.maths.values.shapes import Inference

# Rows or columns of matrices that a formula names by number.
MOST_SIZE = 64

_REDUCING = frozenset(("trace", "det", "rank", "total", "mean"))
# Functions of arrays; all others are applied entry by entry.
_OF_ARRAYS = (
    _REDUCING
    | frozenset(("row_of", *"norm inv pinv diag transpose dag dot cross outer solve lstsq".split()))
    | frozenset(("eye", "zeros", "ones", "root", "log", "softmax"))
)
# The numbers of arguments of those; a logarithm to a base is settled as a quotient.
ENTRYWISE = {name: counts for name, counts in FUNCTIONS.items() if name not in _OF_ARRAYS} | {"log": (1,)}


def shape_of_call(inference: Inference, node: Node, size: Dimension | None) -> tuple[Node, Shape]:
    """A call with its arguments settled, and its shape; `size` is that of a bare identity in this place.

    Raises:
        ShapeError: the arguments do not fit the function or each other.
        StudentError: nobody knows the function, or not with so many arguments.
    """
    pair: Any = node.value
    name, primes = pair
    declared = inference.symbols.table.get(name)
    if declared is not None and declared.kind != "function":
        declared = None
    if declared is None:
        counts = FUNCTIONS.get(name)
        if counts is None:
            raise unknown_name(name, inference.symbols, 1)
        if len(node.args) not in counts:
            wanted = "one or more" if len(counts) > 10 else " or ".join(map(str, counts))
            raise StudentError(f"{name} takes {wanted} argument(s), not {len(node.args)}.", code="syntax")
        if name in ("eye", "zeros", "ones"):
            return _filled(inference, name, node)
    elif not node.args or (declared.meaning and len(node.args) != 1):
        raise StudentError(f"{name} takes one argument, not {len(node.args)}.", code="syntax")
    inner = size if name in ("inv", "pinv", "dag") or name not in _OF_ARRAYS else None
    typed = [
        (argument, SCALAR) if is_infinite(argument) and name == "norm" else inference.infer(argument, inner)
        for argument in node.args
    ]
    args, shapes = tuple(term for term, _ in typed), [shape for _, shape in typed]
    settled = Node("call", args, node.value)
    if declared is not None or name not in _OF_ARRAYS or (name in ("softmax", "log") and len(args) == 1):
        if primes and len(args) > 1:
            raise StudentError(
                f"{to_text(node)}: a prime of several arguments has no meaning.", code="syntax"
            )
        arrays = [shape for shape in shapes if shape != SCALAR]
        shape = arrays[0] if arrays else SCALAR
        if any(other != shape for other in arrays) or (len(arrays) < len(shapes) and shape[1] != 1):
            raise ShapeError(f"{to_text(node)}: the arguments have different shapes.")
        if declared is not None and declared.domain == "scalar":
            return settled, SCALAR
        if name in ("max", "min") and len(args) == 1:
            return settled, SCALAR
        return settled, shape
    if primes:
        raise StudentError(f"{to_text(node)}: {name} has no derivative here.", code="syntax")
    if name in ("log", "root"):
        if shapes[1] != SCALAR:
            raise ShapeError(f"{to_text(node.args[1])} is {describe(shapes[1])}; a number is wanted.")
        if name == "log":
            return inference.infer(
                Node("divide", (call("log", node.args[0]), call("log", node.args[1]))), size
            )
        return inference.infer(Node("power", (node.args[0], Node("divide", (number(1), node.args[1])))), size)
    if name == "norm" or name in _REDUCING:
        if name in ("trace", "det") and not inference.same(*shapes[0]):
            raise ShapeError(
                f"{to_text(node)}: {to_text(node.args[0])} is {describe(shapes[0])}, not square."
            )
        if name in ("trace", "det", "rank") and FLEXIBLE in shapes:
            raise StudentError("The size of the identity matrix cannot be told.", code="size")
        return settled, SCALAR
    return _matrix_function(inference, name, node, args, shapes)


def _filled(inference: Inference, name: str, node: Node) -> tuple[Node, Shape]:
    """eye(n), zeros(n, d) and ones(n)."""
    given = node.args[0].args if node.args[0].op == "list" else node.args
    if not given or len(given) > 2:
        raise StudentError(f"{to_text(node)}: a size is wanted.", code="syntax")
    sizes = [_dimension(inference, argument) for argument in given]
    if name == "eye" and sizes[0] == 1:
        return number(1), SCALAR
    if name == "eye":
        return Node("identity", (), sizes[0]), (sizes[0], sizes[0])
    shape: Shape = (sizes[0], sizes[1] if len(sizes) > 1 else 1)
    if shape == SCALAR:
        return number(int(name == "ones")), SCALAR
    return Node("filled", (number(int(name == "ones")),), shape), shape


def _dimension(inference: Inference, node: Node) -> Dimension:
    if node.op == "number" and isinstance(node.value, Fraction) and node.value.denominator == 1:
        if not 1 <= node.value <= MOST_SIZE:
            raise StudentError(f"A matrix of size {node.value} is not worked out.", code="too-large")
        return int(node.value)
    found = inference.symbols.find(to_text(node)) if node.op == "symbol" else None
    if found is None or found.kind != "dimension":
        raise StudentError(f"{to_text(node)} is not a dimension.", code="unknown-name")
    return found.name


def _matrix_function(
    inference: Inference, name: str, node: Node, args: tuple[Node, ...], shapes: list[Shape]
) -> tuple[Node, Shape]:
    shape, shown = shapes[0], to_text(node.args[0])
    if name == "transpose":
        return inference.infer(Node("transpose", (node.args[0],)), None)
    if name == "dag":
        return call("dag", args[0]), (shape[1], shape[0])
    if name == "cross":
        if any(other not in ((3, 1), shape) or other[1] != 1 for other in shapes):
            raise ShapeError(f"{to_text(node)}: the cross product is of two vectors with 3 entries.")
        return call("cross", *args), shape
    if name == "inv":
        if not inference.same(*shape):
            raise ShapeError(f"{shown} is {describe(shape)}; only square matrices have an inverse.")
        return call("inv", args[0]), shape
    if name == "pinv":
        return call("pinv", args[0]), (shape[1], shape[0])
    if name == "row_of":
        if shapes[1] != SCALAR or FLEXIBLE in shapes:
            raise ShapeError(f"{to_text(node)}: a matrix and a number are wanted.")
        return node._replace(args=args), (shapes[0][1], 1)
    if name == "diag":
        if shape[1] == 1:
            return call("diag", args[0]), (shape[0], shape[0])
        return call("diagonal", args[0]), (shape[0], 1)
    if name == "dot":
        return inference.product(Node("matmul", node.args), None)
    if name == "outer":
        return inference.product(Node("product", (node.args[0], Node("transpose", (node.args[1],)))), None)
    if name in ("solve", "lstsq"):
        if not inference.same(shape[0], shapes[1][0]) or (name == "solve" and not inference.same(*shape)):
            raise ShapeError(f"{to_text(node)}: {describe(shape)} and {describe(shapes[1])} do not fit.")
        inverse = "inv" if name == "solve" else "pinv"
        return Node("product", (call(inverse, args[0]), args[1])), (shape[1], shapes[1][1])
    raise StudentError(f"{name} has no value here.", code="syntax")
