"""The factor between two values: solved for, and told if people would write it (3/2, -1, n, 2/n)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fractions import Fraction
from functools import lru_cache

from grader.maths.names import Symbols
from grader.maths.tree import Node, number
from grader.maths.values.evaluate import Value, is_matrix
from grader.maths.why import edits
from grader.maths.why.edits import MINUS_ONE

USUAL = (1, 2, 3, 4, 6, 8)  # numerators and denominators of factors in a single place
LARGEST = 10_000  # of the numerators and denominators of a factor that is told


def units_of(symbols: Symbols) -> list[Node]:
    """The dimensions, their inverses and their squares: what people lose or add as a factor."""
    letters = [Node("symbol", (), name) for name, one in symbols.table.items() if one.kind == "dimension"][:6]
    squares = [Node("power", (one, number(2))) for one in letters]
    units = [*letters, *squares]
    return [*units, *(Node("divide", (edits.ONE, one)) for one in units)]


def variables_of(symbols: Symbols) -> list[Node]:
    """Declared numbers, and one over them."""
    names = [
        Node("symbol", (), name)
        for name, one in symbols.table.items()
        if one.kind == "scalar" and one.definition is None
    ][:12]
    return [*names, *(Node("divide", (edits.ONE, one)) for one in names)]


def factor_node(value: Fraction, position: int, units: Sequence[Node]) -> Node:
    """The formula of a usual factor: a fraction, times the unit at a position unless that is -1."""
    return number(value) if position < 0 else scaled_unit(value, units[position])


def scaled_unit(value: Fraction, unit: Node) -> Node:
    """A number times a dimension or one over it, as people write it: 3 n / 2, 1 / (4 n)."""
    above, below = (None, unit.args[1]) if unit.op == "divide" else (unit, None)
    top = number(value.numerator) if above is None else _number_times(value.numerator, above)
    if value.denominator == 1 and below is None:
        return top
    bottom = number(value.denominator) if below is None else _number_times(value.denominator, below)
    return Node("divide", (top, bottom))


def _number_times(value: int, node: Node) -> Node:
    if abs(value) == 1:
        return node if value == 1 else Node("negate", (node,))
    return Node("product", (number(value), node))


def scaled(factor: Node, node: Node) -> Node:
    """A formula with a factor in front."""
    if factor == edits.ONE:
        return node
    if factor == MINUS_ONE:
        return edits.negated(node)
    factors = node.args if node.op == "product" else (node,)
    return Node("product", (factor, *factors))


def layouts(value: Value) -> tuple[Value, ...]:
    """A value, and a matrix in the other layout too."""
    return (value, value.transpose()) if is_matrix(value) else (value,)


def entries_of(value: Value) -> list[Value]:
    """The entries row by row; a number alone."""
    return list(value.entries()) if is_matrix(value) else [value]


def as_float(value: Value) -> float | None:
    """The middle of a real ball; None where it is not real and finite."""
    if not value.is_finite():
        return None
    if hasattr(value, "imag"):
        if not value.imag.contains(0):
            return None
        value = value.real
    return float(value.mid())


def overlap(left: Value, right: Value) -> bool:
    """Whether two balls have a number in common; one may be complex."""
    if type(left) is type(right):
        return bool(left.overlaps(right))
    from flint import acb

    return bool(acb(left).overlaps(acb(right)))


def finite(value: Value) -> bool:
    """Whether all entries are finite; those of a finite field are."""
    entries = entries_of(value)
    return not hasattr(entries[0], "is_finite") or all(entry.is_finite() for entry in entries)


def first_ratio(above: Value, below: Value) -> Value | None:
    """The ratio of the first entries that have one."""
    for a, b in zip(entries_of(above), entries_of(below), strict=True):
        if int(b) != 0:
            return a / b
    return None


def ratio_of(above: Value, below: Value, same: Callable[[Value, Value], bool]) -> Value | None:
    """The scalar that leads from one value to another of the same shape, if one does."""
    if is_matrix(above) != is_matrix(below):
        return None
    if is_matrix(above) and (above.nrows(), above.ncols()) != (below.nrows(), below.ncols()):
        return None
    for a, b in zip(entries_of(above), entries_of(below), strict=True):
        zero = b.contains(0) if hasattr(b, "contains") else int(b) == 0
        if not zero:
            ratio = a / b
            return ratio if same(above, below * ratio) else None
    return None


def by_entries(left: Value, right: Value, operation: Callable[[Value, Value], Value]) -> Value:
    """Two values of a finite field put together entry by entry."""
    if not is_matrix(left):
        return operation(left, right)
    pairs = zip(left.entries(), right.entries(), strict=True)
    # A matrix of FLINT is made by its own type: the modulus comes with the entries.
    return type(left)(left.nrows(), left.ncols(), [int(operation(a, b)) for a, b in pairs], left.modulus())


@lru_cache(maxsize=64)
def usual_factors(prime: int, sizes: tuple[int, ...]) -> dict[int, list[tuple[Fraction, int]]]:
    """The usual factors by their value modulo the prime: small fractions, and which size goes with each.

    -1 for none of them, which comes first. Sizes are small numbers, so that several have one value.
    """
    table: dict[int, list[tuple[Fraction, int]]] = {}
    fractions = {Fraction(above, below) for above in USUAL for below in USUAL}
    residues = {
        value: value.numerator * pow(value.denominator, -1, prime)
        for value in sorted(fractions, key=lambda value: value.numerator * value.denominator)
    }
    for position, size in ((-1, 1), *enumerate(sizes)):
        for value, residue in residues.items():
            for sign in (1, -1):
                table.setdefault(sign * residue * size % prime, []).append((sign * value, position))
    return table


def usual_floats(sizes: Sequence[float | None]) -> list[tuple[float, Fraction, int]]:
    """The same as floating-point numbers: size, fraction, and which of the sizes goes with it."""
    fractions = sorted(
        {Fraction(a, b) for a in USUAL for b in USUAL}, key=lambda v: v.numerator * v.denominator
    )
    return [
        (sign * float(value) * size, sign * value, position)
        for position, size in ((-1, 1.0), *enumerate(sizes))
        if size is not None
        for value in fractions
        for sign in (1, -1)
    ]


def reconstruct(value: int, prime: int, largest: int = LARGEST) -> Fraction | None:
    """The fraction with small numerator and denominator that a residue stands for (Wang's algorithm).

    >>> reconstruct(3 * pow(7, -1, 2**61 - 1), 2**61 - 1)
    Fraction(3, 7)
    """
    above, below = (prime, value % prime), (0, 1)
    while above[1] > largest:
        quotient = above[0] // above[1]
        above = (above[1], above[0] - quotient * above[1])
        below = (below[1], below[0] - quotient * below[1])
    if below[1] == 0 or abs(below[1]) > largest:
        return None
    return Fraction(above[1], below[1])
