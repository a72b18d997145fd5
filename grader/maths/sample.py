"""Random points for the symbols of a rubric, with their declared shapes, domains and structures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from random import Random

from grader.maths.evaluate import Algebra, Point, Scalar, Value, evaluate
from grader.maths.names import SCALAR, Dimension, Symbol, Symbols

Draw = Callable[[Random, str], Scalar]


def draw_point(
    symbols: Symbols, algebra: Algebra, random: Random, sizes: Mapping[str, int], draw: Draw
) -> Point:
    """Values for all symbols; `draw(random, domain)` gives one scalar of the algebra.

    Abbreviations get the value of their definition, dimensions their size.
    """
    integers = dict(sizes)
    values: dict[str, Value] = {}
    for symbol in symbols.table.values():
        if symbol.kind == "dimension" or (symbol.kind == "scalar" and symbol.domain == "integer"):
            # Exponents are worked out, so whole numbers stay small: 2 to 6.
            integers.setdefault(symbol.name, random.randint(2, 6))
    point = Point(algebra, values, integers)
    for symbol in symbols.table.values():
        if symbol.kind == "function":
            continue
        if symbol.definition is not None:
            values[symbol.name] = evaluate(symbol.definition, point)
        elif symbol.name in integers:
            values[symbol.name] = _number(algebra, integers[symbol.name])
        else:
            values[symbol.name] = _value(symbol, algebra, random, sizes, draw)
    return point


def _number(algebra: Algebra, value: int) -> Scalar:
    from fractions import Fraction

    return algebra.number(Fraction(value))


def size_of(dimension: Dimension, sizes: Mapping[str, int]) -> int:
    """The number of rows or columns that a letter stands for."""
    return dimension if isinstance(dimension, int) else sizes[dimension]


def _value(symbol: Symbol, algebra: Algebra, random: Random, sizes: Mapping[str, int], draw: Draw) -> Value:
    if symbol.shape == SCALAR:
        return draw(random, symbol.domain)
    rows, columns = (size_of(dimension, sizes) for dimension in symbol.shape)
    entries = [[draw(random, "real") for _ in range(columns)] for _ in range(rows)]
    zero = _number(algebra, 0)
    if symbol.structure in ("diagonal", "rectangular diagonal"):
        entries = [[e if i == j else zero for j, e in enumerate(row)] for i, row in enumerate(entries)]
    elif symbol.structure == "triangular":
        entries = [[e if i <= j else zero for j, e in enumerate(row)] for i, row in enumerate(entries)]
    elif symbol.structure == "symmetric":
        entries = [[entries[min(i, j)][max(i, j)] for j in range(columns)] for i in range(rows)]
    elif symbol.structure in ("antisymmetric", "orthogonal"):
        for i in range(rows):
            entries[i][i] = zero
            for j in range(i):
                entries[i][j] = -entries[j][i]
    matrix = algebra.matrix(rows, columns, [entry for row in entries for entry in row])
    if symbol.structure == "positive definite":
        return matrix * matrix.transpose()
    if symbol.structure == "orthogonal":
        # Cayley: (I - S)(I + S)^-1 is orthogonal for every antisymmetric S.
        one = _number(algebra, 1)
        cells = [one if i == j else zero for i in range(rows) for j in range(rows)]
        identity = algebra.matrix(rows, rows, cells)
        return (identity - matrix) * (identity + matrix).inv()
    return matrix
