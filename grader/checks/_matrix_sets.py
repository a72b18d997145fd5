"""Sets of square matrices given by conditions, compared exactly, in a finite field.

A condition that is linear in the entries (`A = A'`, `A - A' = 0`, `A = I`) has an affine space of solutions,
which is worked out; a random element of one space that is not in the other proves that they differ, and if
there is none at random they are equal, but for a chance below 2^-50. Any other condition is tried on matrices
of many structures: one that satisfies it and not the expected one is a proof too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from random import Random
from typing import Any

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.tree import Node, names_in, number, walk
from grader.maths.values.evaluate import Undefined, evaluate, is_matrix
from grader.maths.values.field import field_point
from grader.maths.values.shapes import infer

Matrix = Any  # FLINT's nmod_mat has no type
Draw = Callable[[], int]

_DRAWS = 2
# Functions of the entries that are rational, so that arithmetic modulo a prime tells the truth.
_RATIONAL = frozenset(
    ("inv", "det", "trace", "transpose", "diag", "diagonal", "pinv", "eye", "total", "rank")
)
_OPERATIONS = frozenset(
    "symbol number decimal sum negate product matmul divide power transpose hadamard identity call list "
    "matrix constant".split()
)


@dataclass(frozen=True, slots=True)
class Condition:
    """`residual = 0`, or `residual != 0` where `unequal`; `off_diagonal` leaves the diagonal out."""

    residual: Node
    unequal: bool = False
    off_diagonal: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """The matrix that conditions are about, its size, and letters that stand for every value."""

    symbols: Symbols
    on: str
    size: int
    every: frozenset[str]
    secret: bytes = field(repr=False)


def condition(node: Node, scene: Scene, *, off_diagonal: bool = False) -> Condition:
    """The condition that an equation is.

    Raises:
        StudentError: its sides do not conform, or it uses what cannot be tried out in exact arithmetic.
    """
    left, right = node.args
    zero = right in (number(0), Node("decimal", (), "0"))
    difference = left if zero else Node("sum", (left, Node("negate", (right,))))
    settled, _ = infer(difference, scene.symbols)
    for one in walk(settled):
        name = one.value[0] if one.op == "call" and isinstance(one.value, tuple) else ""
        if one.op not in _OPERATIONS or (name and name not in _RATIONAL):
            raise StudentError("This condition cannot be tried out exactly.", code="not-rational")
        if one.op == "power" and one.args[1].op == "decimal":
            raise StudentError("This condition cannot be tried out exactly.", code="not-rational")
    strange = names_in(settled) - scene.every - {scene.on}
    if strange:
        said = f"The condition is about {scene.on}, and {min(strange)} stands in it too."
        raise StudentError(said, code="unknown-name")
    return Condition(settled, node.value == "!=", off_diagonal)


class MatrixSet:
    """All matrices that satisfy some conditions at once."""

    def __init__(self, conditions: Sequence[Condition], scene: Scene) -> None:
        self.conditions, self.scene = tuple(conditions), scene

    def contains(self, matrix: Matrix) -> bool:
        """Whether a matrix satisfies all conditions; a condition that has no value there is not satisfied."""
        return all(self._holds(one, matrix) for one in self.conditions)

    def _holds(self, one: Condition, matrix: Matrix) -> bool:
        try:
            zero = not any(self._residual(one, matrix))
        except (Undefined, ArithmeticError):
            return False
        return zero != one.unequal

    def _residual(self, one: Condition, matrix: Matrix) -> list[int]:
        """The entries that must be zero, for each of several draws of the other letters."""
        used = names_in(one.residual) & self.scene.every
        found: list[int] = []
        for index in range(self.scene.size + 1 if used else 1):
            point = _point(self.scene, index)
            value = evaluate(one.residual, point.bind(self.scene.on, matrix))
            entries = value.entries() if is_matrix(value) else [value]
            columns = value.ncols() if is_matrix(value) else 1
            if not is_matrix(value) and one.residual.op == "identity":
                raise StudentError("The size of the identity matrix cannot be told.", code="size")
            found += [
                int(entry)
                for k, entry in enumerate(entries)
                if not (one.off_diagonal and k // columns == k % columns)
            ]
        return found

    @cached_property
    def space(self) -> Space | None:
        """The affine space of the solutions; None if the conditions are not linear, or there is none."""
        if any(one.unequal for one in self.conditions):
            return None
        size, prime = self.scene.size, _prime(self.scene)
        random = Random(self.scene.secret + b"linear")  # noqa: S311 - seeded on purpose
        try:
            if not self._is_affine(random):
                return None
            origin = self._all(_zero(size, prime))
            units = [self._all(_unit(k, size, prime)) for k in range(size * size)]
        except (Undefined, ArithmeticError):
            return None
        rows = [
            [(unit[k] - constant) % prime for unit in units] + [-constant % prime]
            for k, constant in enumerate(origin)
        ]
        return _solved(rows, size, prime)

    @property
    def impossible(self) -> bool:
        """Whether it is known that no matrix satisfies the conditions."""
        space = self.space
        return space is not None and space.basis is None

    def _all(self, matrix: Matrix) -> list[int]:
        return [entry for one in self.conditions for entry in self._residual(one, matrix)]

    def _is_affine(self, random: Random) -> bool:
        """Whether f(a + b - c) = f(a) + f(b) - f(c) at random matrices."""
        size, prime = self.scene.size, _prime(self.scene)
        for _ in range(_DRAWS):
            a, b, c = (_random(size, prime, random) for _ in range(3))
            sums = zip(self._all(a + b - c), self._all(a), self._all(b), self._all(c), strict=True)
            if any((whole - one - other + last) % prime for whole, one, other, last in sums):
                return False
        return True


@dataclass(frozen=True, slots=True)
class Space:
    """Solutions of linear equations: one of them and a basis of the rest; no basis if there is none."""

    one: tuple[int, ...]
    basis: tuple[tuple[int, ...], ...] | None
    size: int
    prime: int

    def draw(self, random: Random) -> Matrix:
        """A random element."""
        from flint import nmod_mat

        cells = list(self.one)
        for vector in self.basis or ():
            factor = random.randrange(self.prime)
            cells = [(cell + factor * entry) % self.prime for cell, entry in zip(cells, vector, strict=True)]
        return nmod_mat(self.size, self.size, cells, self.prime)

    @property
    def everything(self) -> bool:
        """Whether every matrix is a solution."""
        return self.basis is not None and len(self.basis) == self.size**2


def _solved(rows: list[list[int]], size: int, prime: int) -> Space:
    from flint import nmod_mat

    unknowns = size * size
    reduced, rank = nmod_mat(len(rows), unknowns + 1, [e for row in rows for e in row], prime).rref()
    pivots: list[int] = []
    for row in range(rank):
        pivots.append(next(k for k in range(unknowns + 1) if int(reduced[row, k])))
    if unknowns in pivots:
        return Space((0,) * unknowns, None, size, prime)
    one = [0] * unknowns
    for row, pivot in enumerate(pivots):
        one[pivot] = int(reduced[row, unknowns])
    basis = []
    for free in (k for k in range(unknowns) if k not in pivots):
        vector = [0] * unknowns
        vector[free] = 1
        for row, pivot in enumerate(pivots):
            vector[pivot] = -int(reduced[row, free]) % prime
        basis.append(tuple(vector))
    return Space(tuple(one), tuple(basis), size, prime)


@dataclass(frozen=True, slots=True)
class Compared:
    """Whether a condition suffices for the expected one and is necessary for it; None if nobody knows.

    `beyond` and `outside` name kinds of matrices that satisfy only the one or only the other.
    """

    sufficient: bool | None
    necessary: bool
    beyond: str = ""
    outside: str = ""


def compared(expected: MatrixSet, got: MatrixSet) -> Compared:
    """How a condition stands to an expected one, which is linear."""
    random = Random(got.scene.secret + b"compare")  # noqa: S311 - seeded on purpose
    kinds = list(structures(got.scene, random))
    outside = next((name for name, m in kinds if expected.contains(m) and not got.contains(m)), "")
    beyond = next((name for name, m in kinds if got.contains(m) and not expected.contains(m)), "")
    wanted = expected.space
    assert wanted is not None
    necessary = not outside and all(got.contains(wanted.draw(random)) for _ in range(_DRAWS))
    sufficient: bool | None = None
    if beyond:
        sufficient = False
    elif got.space is not None:
        sufficient = _inside(got.space, expected, random)
    else:  # what follows from some of the conditions follows from all
        parts = (MatrixSet((one,), got.scene).space for one in got.conditions)
        if any(space is not None and _inside(space, expected, random) for space in parts):
            sufficient = True
    return Compared(sufficient, necessary, beyond, outside)


def _inside(space: Space, expected: MatrixSet, random: Random) -> bool:
    draws = (space.draw(random) for _ in range(_DRAWS))
    return space.basis is not None and all(expected.contains(matrix) for matrix in draws)


def structures(scene: Scene, random: Random) -> Iterator[tuple[str, Matrix]]:
    """Matrices of many structures with their names, the plainest first."""
    from flint import nmod_mat

    size, prime = scene.size, _prime(scene)

    def matrix(entry: Callable[[int, int], int]) -> Matrix:
        return nmod_mat(size, size, [entry(i, j) % prime for i in range(size) for j in range(size)], prime)

    def some() -> int:
        return random.randrange(1, prime)

    one = matrix(lambda i, j: int(i == j))
    free = matrix(lambda i, j: some())
    factor, skew = some(), free - free.transpose()
    u, v = ([some() for _ in range(size)] for _ in range(2))
    dot = pow(sum(a * b for a, b in zip(u, v, strict=True)), -1, prime)
    square = pow(sum(a * a for a in v), -1, prime)
    yield "the identity", one
    yield "zero", matrix(lambda i, j: 0)
    yield "a multiple of the identity", matrix(lambda i, j: factor * (i == j))
    yield "a diagonal matrix", matrix(lambda i, j: some() * (i == j))
    yield "a symmetric matrix", free + free.transpose()
    yield "a symmetric matrix of rank 1", matrix(lambda i, j: v[i] * v[j])
    yield "an orthogonal matrix", (one - skew) * (one + skew).inv()
    yield "a reflection", matrix(lambda i, j: int(i == j) - 2 * v[i] * v[j] * square)
    yield "a rotation of the axes", matrix(lambda i, j: int(j == (i + 1) % size))
    yield "an antisymmetric matrix", skew
    yield "an upper triangular matrix", matrix(lambda i, j: some() * (i <= j))
    yield "a lower triangular matrix", matrix(lambda i, j: some() * (i >= j))
    yield "a strictly triangular matrix", matrix(lambda i, j: some() * (i < j))
    yield "a projection along another direction", matrix(lambda i, j: u[i] * v[j] * dot)
    yield "an orthogonal projection", matrix(lambda i, j: v[i] * v[j] * square)
    yield "a matrix of rank 1", matrix(lambda i, j: u[i] * v[j])
    yield "an invertible matrix", free


def _point(scene: Scene, index: int) -> Any:
    sizes = scene.symbols.dimensions[0] if scene.symbols.dimensions else {}
    return field_point(scene.symbols, scene.secret or b"no secret", index, sizes)


def _prime(scene: Scene) -> int:
    from grader.maths.values.field import secret_prime

    return secret_prime(scene.secret or b"no secret")


def _zero(size: int, prime: int) -> Matrix:
    from flint import nmod_mat

    return nmod_mat(size, size, [0] * (size * size), prime)


def _unit(k: int, size: int, prime: int) -> Matrix:
    from flint import nmod_mat

    return nmod_mat(size, size, [int(k == other) for other in range(size * size)], prime)


def _random(size: int, prime: int, random: Random) -> Matrix:
    from flint import nmod_mat

    return nmod_mat(size, size, [random.randrange(prime) for _ in range(size * size)], prime)
