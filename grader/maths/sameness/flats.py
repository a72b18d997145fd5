"""Points, lines, planes: from points with parameters or from linear equations, whether two are the same set.

`(1, 2) + t (3, 4)` and `4 x - 3 y + 2 = 0` are the same line. A line in the plane of which only a part is
reached (a ray, a segment) is the business of `lines`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.errors import StudentError
from grader.maths.sameness.conditions import condition
from grader.maths.sameness.entries import expand
from grader.maths.sameness.identity import Comparison
from grader.maths.sameness.kinds import kind_of
from grader.maths.sameness.polynomials import Ring, ring
from grader.maths.sameness.realsets import Unsettled
from grader.maths.tree import Node, names_in

if TYPE_CHECKING:
    from flint import fmpq_mat, fmpq_mpoly

_MOST_DIMENSIONS = 12


@dataclass(frozen=True, slots=True)
class Flat:
    """The points `origin` plus any combination of the rows of `directions`, which are independent."""

    origin: tuple[Fraction, ...]
    directions: tuple[tuple[Fraction, ...], ...]

    def __str__(self) -> str:
        names = ("a point", "a line", "a plane")
        dimension = len(self.directions)
        return names[dimension] if dimension < 3 else f"a set of dimension {dimension}"


def compare_flats(expected: Node, got: Node, variables: Sequence[str] = ()) -> Comparison:
    """Whether two formulas give the same point, line or plane; `variables` name the coordinates in equations.

    Names in points that are not variables are parameters that run through all real numbers.
    """
    try:
        wanted = flat(expected, variables)
        found = flat(got, variables)
    except Unsettled as reason:
        return Comparison("undecided", f"This cannot be worked out here: {reason}.", "line")
    except StudentError as error:
        return Comparison("undecided", str(error), error.code)
    if wanted is None or found is None:
        same = wanted == found
        how = "Neither has any point." if same else "One of them has no point at all."
        return Comparison("same" if same else "different", how, "empty")
    if len(wanted.origin) != len(found.origin):
        return Comparison("different", "The points have different numbers of coordinates.", "shape")
    if len(wanted.directions) != len(found.directions):
        return Comparison("different", f"This is {found}; {wanted} is wanted.", "dimension")
    for direction in found.directions:
        if not _spanned(direction, wanted.directions):
            return Comparison("different", "It has another direction.", "direction")
    offset = tuple(a - b for a, b in zip(found.origin, wanted.origin, strict=True))
    if not _spanned(offset, wanted.directions):
        at = ", ".join(map(str, found.origin))
        return Comparison("different", f"The point ({at}) is not on the expected one.", "point")
    return Comparison("same", f"Both are the same: {wanted}, compared exactly.")


def flat(node: Node, variables: Sequence[str] = ()) -> Flat | None:
    """The flat that a formula gives, or None for the empty set.

    Raises:
        Unsettled: it is none, or has coefficients that are not rational.
        StudentError: arrays that do not fit together.
    """
    if kind_of(node) == "condition":
        return _of_equations(node, variables)
    array = expand(node)
    if not array.vector or len(array.cells) > _MOST_DIMENSIONS:
        raise Unsettled("points that are no list of coordinates")
    within = ring(array.cells)
    _only_symbols(within)
    rows = [_affine(within.ratio(cell), within) for cell in array.cells]
    origin = tuple(row[0] for row in rows)
    columns = [tuple(row[k + 1] for row in rows) for k in range(len(within.nodes))]
    return Flat(origin, _independent(columns))


def _only_symbols(within: Ring) -> None:
    if any(node.op != "symbol" for node in within.nodes):
        raise Unsettled("coordinates with functions in them")


def _affine(ratio: tuple[fmpq_mpoly, fmpq_mpoly], within: Ring) -> list[Fraction]:
    """The constant and the coefficients of all generators of a linear formula."""
    above, below = ratio
    if not below.is_constant():
        raise Unsettled("a division by a name")
    scale = below.leading_coefficient()
    found = [Fraction(0)] * (len(within.nodes) + 1)
    for powers, value in above.to_dict().items():
        if sum(powers) > 1:
            raise Unsettled("a curve, not a line")
        place = next((k + 1 for k, power in enumerate(powers) if power), 0)
        exact = value / scale
        found[place] = Fraction(int(exact.p), int(exact.q))
    return found


def _of_equations(node: Node, variables: Sequence[str]) -> Flat | None:
    system = condition(node)
    atoms = system.atoms
    if system.op not in ("atom", "and") or any(atom.sign != "=" for atom in atoms):
        raise Unsettled("something else than linear equations")
    names = list(variables) or sorted(frozenset().union(*(names_in(atom.formula) for atom in atoms)))
    within = ring([atom.formula for atom in atoms])
    _only_symbols(within)
    places = {str(generator.value): k + 1 for k, generator in enumerate(within.nodes)}
    if not set(places) <= set(names):
        raise Unsettled("an equation with other names than the variables")
    rows = []
    for atom in atoms:
        row = _affine(within.ratio(atom.formula), within)
        rows.append([*(row[places[name]] if name in places else Fraction(0) for name in names), -row[0]])
    return _solutions(rows, len(names))


def _solutions(rows: Sequence[Sequence[Fraction]], size: int) -> Flat | None:
    """The solutions of a linear system; the last column is the right side."""
    reduced, rank = _matrix(rows).rref()
    pivots = []
    for row in range(rank):
        pivots.append(next(column for column in range(size + 1) if reduced[row, column] != 0))
    if size in pivots:
        return None
    free = [column for column in range(size) if column not in pivots]
    origin = [Fraction(0)] * size
    for row, pivot in enumerate(pivots):
        origin[pivot] = _exact(reduced[row, size])
    directions = []
    for column in free:
        direction = [Fraction(0)] * size
        direction[column] = Fraction(1)
        for row, pivot in enumerate(pivots):
            direction[pivot] = -_exact(reduced[row, column])
        directions.append(tuple(direction))
    return Flat(tuple(origin), tuple(directions))


def _independent(vectors: Sequence[tuple[Fraction, ...]]) -> tuple[tuple[Fraction, ...], ...]:
    kept: list[tuple[Fraction, ...]] = []
    for vector in vectors:
        if not _spanned(vector, kept):
            kept.append(vector)
    return tuple(kept)


def _spanned(vector: tuple[Fraction, ...], directions: Sequence[tuple[Fraction, ...]]) -> bool:
    if not any(vector):
        return True
    if not directions:
        return False
    return bool(_matrix([*directions, vector]).rank() == len(directions))


def _matrix(rows: Sequence[Sequence[Fraction]]) -> fmpq_mat:
    from flint import fmpq, fmpq_mat

    cells = [fmpq(value.numerator, value.denominator) for row in rows for value in row]
    return fmpq_mat(len(rows), len(rows[0]), cells)


def _exact(value: object) -> Fraction:
    return Fraction(int(value.p), int(value.q))  # type: ignore[attr-defined]
