"""Random points for the symbols of a rubric, with their declared shapes, domains and structures."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from fractions import Fraction
from hashlib import blake2b
from random import Random

from grader.maths.names import SCALAR, Dimension, Symbol, Symbols
from grader.maths.values.algebra import Algebra, Point, Scalar, Value
from grader.maths.values.evaluate import evaluate

Draw = Callable[[Random, str], Scalar]

# Whole numbers that stand in exponents and limits of sums, in the order in which points try them.
COUNTS = (3, 5, 2, 4, 7, 1, 6, 8)
# Points from this one on have larger whole numbers.
LARGE = 64


class Values(dict[str, Value]):
    """Values of symbols; those of abbreviations are worked out from their definitions when first asked."""

    def __init__(self, symbols: Symbols) -> None:
        super().__init__()
        self.symbols = symbols
        self.point: Point | None = None

    def __missing__(self, name: str) -> Value:
        found = self.symbols.table.get(name)
        if found is None or found.definition is None or self.point is None:
            raise KeyError(name)
        self[name] = value = evaluate(found.definition, self.point)
        return value


def draw_point(
    symbols: Symbols,
    algebra: Algebra,
    random: Random,
    sizes: Mapping[str, int],
    draw: Draw,
    *,
    counting: int | None = 0,
) -> Point:
    """Values for all symbols; `draw(random, domain)` gives one scalar of the algebra.

    Abbreviations get the value of their definition, dimensions their size. `counting` chooses the small
    numbers for integer symbols; with None they and the dimensions are drawn like any other scalar.
    """
    integers = dict(sizes) if counting is not None else {}
    values = Values(symbols)
    point = values.point = Point(algebra, values, integers)
    if counting is not None:
        integers.update(counts(symbols, sizes, counting))
    for symbol in symbols.table.values():
        if symbol.kind == "function" or symbol.definition is not None:
            continue
        if symbol.name in integers:
            values[symbol.name] = algebra.number(Fraction(integers[symbol.name]))
        else:
            values[symbol.name] = draw_value(symbol, algebra, random, sizes, draw)
    return point


def counts(
    symbols: Symbols, sizes: Mapping[str, int], counting: int, secret: bytes = b""
) -> Iterator[tuple[str, int]]:
    """Every name of whole numbers with its size, or one of the `COUNTS`; from `LARGE` on with 9 to 60."""
    for place, symbol in enumerate(symbols.table.values()):
        if symbol.kind == "dimension" or (symbol.kind == "scalar" and symbol.domain == "integer"):
            given = sizes.get(symbol.name)
            if given is None and counting >= LARGE:
                digest = blake2b(b"%d|%d|" % (counting, place) + secret, digest_size=4).digest()
                given = 9 + int.from_bytes(digest, "big") % 52
            yield symbol.name, COUNTS[(counting + 3 * place) % len(COUNTS)] if given is None else given


def size_of(dimension: Dimension, sizes: Mapping[str, int]) -> int:
    """The number of rows or columns that a letter stands for."""
    return dimension if isinstance(dimension, int) else sizes[dimension]


def draw_value(
    symbol: Symbol, algebra: Algebra, random: Random, sizes: Mapping[str, int], draw: Draw
) -> Value:
    """One value of the declared shape, domain and structure."""
    if symbol.shape == SCALAR:
        return draw(random, symbol.domain)
    rows, columns = (size_of(dimension, sizes) for dimension in symbol.shape)
    domain = symbol.domain if symbol.domain == "positive" else "real"
    entries = [[draw(random, domain) for _ in range(columns)] for _ in range(rows)]
    zero = algebra.number(Fraction(0))
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
    elif symbol.structure == "unit":
        return _unit(algebra, [entry for row in entries for entry in row])
    matrix = algebra.matrix(rows, columns, [entry for row in entries for entry in row])
    if symbol.structure == "positive definite":
        return matrix * matrix.transpose()
    if symbol.structure == "orthogonal":
        # Cayley: (I - S)(I + S)^-1 is orthogonal for every antisymmetric S.
        identity = algebra.identity(rows)
        return (identity - matrix) * (identity + matrix).inv()
    return matrix


def _unit(algebra: Algebra, entries: list[Scalar]) -> Value:
    """A vector of length 1 with rational entries: the stereographic projection."""
    square = algebra.number(Fraction(0))
    for entry in entries[1:]:
        square = square + entry * entry
    below = 1 / (1 + square)
    cells = [(1 - square) * below, *(2 * entry * below for entry in entries[1:])]
    return algebra.matrix(len(cells), 1, cells)
