"""Stands in for FLINT where nothing can be installed: residues, fractions and their matrices in plain Python.

A bundle for students carries this file under the name `flint`. It offers what the exact arithmetic of
`grader.maths.values` uses, under FLINT's names; numbers with error bounds it does not have, and says so.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import Any, Self

# The first thirteen primes as bases decide every number below 3.3e24 (Sorenson and Webster, 2015).
_BASES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41)


class Unavailable(ArithmeticError):
    """Numbers with error bounds are asked for, which need FLINT itself."""


class fmpz(int):
    """A whole number."""

    def is_probable_prime(self) -> bool:
        """Whether it is prime, by Miller's test; certain below 3.3e24."""
        number = int(self)
        if number < 2 or any(number % prime == 0 for prime in _BASES):
            return number in _BASES
        odd, twos = number - 1, 0
        while odd % 2 == 0:
            odd, twos = odd // 2, twos + 1
        return all(_passes(number, base, odd, twos) for base in _BASES)


def _passes(number: int, base: int, odd: int, twos: int) -> bool:
    power = pow(base, odd, number)
    if power in (1, number - 1):
        return True
    for _ in range(twos - 1):
        power = power * power % number
        if power == number - 1:
            return True
    return False


class _Field(ABC):
    """The four operations, by a rule on what a number is made of."""

    __slots__ = ()

    @abstractmethod
    def _from(self, other: Any, rule: Callable[[Any, Any], Any]) -> Any:
        """What a rule makes of this number and another; NotImplemented where that is none."""

    @abstractmethod
    def _over(self, above: Any, below: Any) -> Any:
        """The quotient of what two numbers are made of."""

    def __add__(self, other: Any) -> Any:
        return self._from(other, lambda a, b: a + b)

    __radd__ = __add__

    def __sub__(self, other: Any) -> Any:
        return self._from(other, lambda a, b: a - b)

    def __rsub__(self, other: Any) -> Any:
        return self._from(other, lambda a, b: b - a)

    def __mul__(self, other: Any) -> Any:
        return self._from(other, lambda a, b: a * b)

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Any:
        return self._from(other, self._over)

    def __rtruediv__(self, other: Any) -> Any:
        return self._from(other, lambda a, b: self._over(b, a))


class nmod(_Field):
    """A residue; `modulus` is a prime, so that everything but 0 can be divided by."""

    __slots__ = ("modulus", "value")

    def __init__(self, value: Any, modulus: int) -> None:
        self.value, self.modulus = int(value) % modulus, modulus

    def __int__(self) -> int:
        return self.value

    def __repr__(self) -> str:
        return str(self.value)

    def __hash__(self) -> int:
        return hash(self.value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | nmod) and self.value == int(other) % self.modulus

    def __bool__(self) -> bool:
        return self.value != 0

    def __neg__(self) -> nmod:
        return nmod(-self.value, self.modulus)

    def _over(self, above: int, below: int) -> int:
        return above * _inverse(below, self.modulus)

    def __pow__(self, exponent: int) -> nmod:
        if exponent < 0:
            return nmod(pow(_inverse(self.value, self.modulus), -exponent, self.modulus), self.modulus)
        return nmod(pow(self.value, int(exponent), self.modulus), self.modulus)

    def _from(self, other: Any, rule: Callable[[Any, Any], Any]) -> Any:
        if not isinstance(other, int | nmod):
            return NotImplemented
        return nmod(rule(self.value, int(other)), self.modulus)


def _inverse(value: int, modulus: int) -> int:
    if value % modulus == 0:
        raise ZeroDivisionError("0 has no inverse")
    return pow(value, -1, modulus)


class fmpq(_Field):
    """A fraction with FLINT's names for its two parts."""

    __slots__ = ("fraction",)

    def __init__(self, above: Any = 0, below: Any = 1) -> None:
        self.fraction = Fraction(_plain(above)) / Fraction(_plain(below))

    p = property(lambda self: fmpz(self.fraction.numerator))
    q = property(lambda self: fmpz(self.fraction.denominator))
    numerator, denominator = p, q

    def __repr__(self) -> str:
        return str(self.fraction)

    def __hash__(self) -> int:
        return hash(self.fraction)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, int | Fraction | fmpq) and self.fraction == _plain(other)

    def __lt__(self, other: Any) -> bool:
        return bool(self.fraction < _plain(other))

    def __le__(self, other: Any) -> bool:
        return bool(self.fraction <= _plain(other))

    def __gt__(self, other: Any) -> bool:
        return bool(self.fraction > _plain(other))

    def __ge__(self, other: Any) -> bool:
        return bool(self.fraction >= _plain(other))

    def __bool__(self) -> bool:
        return self.fraction != 0

    def __int__(self) -> int:
        return int(self.fraction)

    def __float__(self) -> float:
        return float(self.fraction)

    def __neg__(self) -> fmpq:
        return fmpq(-self.fraction)

    def __abs__(self) -> fmpq:
        return fmpq(abs(self.fraction))

    def _over(self, above: Any, below: Any) -> Any:
        return above / below

    def __pow__(self, exponent: int) -> fmpq:
        return fmpq(self.fraction ** int(exponent))

    def floor(self) -> fmpz:
        """The largest whole number that is not above it."""
        return fmpz(self.fraction.__floor__())

    def ceil(self) -> fmpz:
        """The smallest whole number that is not below it."""
        return fmpz(self.fraction.__ceil__())

    def _from(self, other: Any, rule: Callable[[Any, Any], Any]) -> Any:
        if not isinstance(other, int | Fraction | fmpq):
            return NotImplemented
        return fmpq(rule(self.fraction, _plain(other)))


def _plain(value: Any) -> Any:
    return value.fraction if isinstance(value, fmpq) else value


class _Matrix:
    """A matrix over a field, its entries row by row."""

    __slots__ = ("cells", "columns", "rows")

    def __init__(self, rows: int, columns: int, cells: Iterable[Any]) -> None:
        self.rows, self.columns, self.cells = rows, columns, list(cells)
        if len(self.cells) != rows * columns:
            raise ValueError(f"{rows} x {columns} are not {len(self.cells)} entries")

    def _like(self, rows: int, columns: int, cells: Iterable[Any]) -> Self:
        made = object.__new__(type(self))
        _Matrix.__init__(made, rows, columns, cells)
        return made

    def nrows(self) -> int:
        return self.rows

    def ncols(self) -> int:
        return self.columns

    def entries(self) -> list[Any]:
        return list(self.cells)

    def table(self) -> list[list[Any]]:
        return [self.cells[i * self.columns : (i + 1) * self.columns] for i in range(self.rows)]

    def __getitem__(self, place: tuple[int, int]) -> Any:
        row, column = place
        return self.cells[row * self.columns + column]

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, _Matrix)
            and (self.rows, self.columns) == (other.rows, other.columns)
            and self.cells == other.cells
        )

    def __hash__(self) -> int:
        return hash((self.rows, self.columns, tuple(self.cells)))

    def __neg__(self) -> Self:
        return self._like(self.rows, self.columns, (-cell for cell in self.cells))

    def __add__(self, other: Self) -> Self:
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other: Self) -> Self:
        return self._with(other, lambda a, b: a - b)

    def _with(self, other: Self, rule: Any) -> Self:
        if (self.rows, self.columns) != (other.rows, other.columns):
            raise ValueError("the matrices have different shapes")
        return self._like(self.rows, self.columns, map(rule, self.cells, other.cells))

    def __mul__(self, other: Any) -> Any:
        if not isinstance(other, _Matrix):
            return self._like(self.rows, self.columns, (cell * other for cell in self.cells))
        if self.columns != other.rows:
            raise ValueError("the matrices do not conform")
        turned = [other.cells[j :: other.columns] for j in range(other.columns)]
        cells = (
            sum((a * b for a, b in zip(row, column, strict=True)), 0)
            for row in self.table()
            for column in turned
        )
        return self._like(self.rows, other.columns, cells)

    def __rmul__(self, other: Any) -> Any:
        return self * other

    def __truediv__(self, other: Any) -> Self:
        return self._like(self.rows, self.columns, (cell / other for cell in self.cells))

    def transpose(self) -> Self:
        return self._like(
            self.columns, self.rows, (self[i, j] for j in range(self.columns) for i in range(self.rows))
        )

    def inv(self) -> Self:
        """The inverse; ZeroDivisionError where there is none."""
        size = self.rows
        one = self.cells[0] * 0 + 1 if self.cells else 1
        wide = [
            [*row, *(one if i == j else one - one for j in range(size))] for i, row in enumerate(self.table())
        ]
        rank, _ = _reduce(wide, size)
        if rank < size:
            raise ZeroDivisionError("the matrix is singular")
        return self._like(size, size, (cell for row in wide for cell in row[size:]))

    def det(self) -> Any:
        table = self.table()
        rank, product = _reduce(table, self.columns)
        return product if rank == self.rows else product * 0

    def rank(self) -> int:
        return _reduce(self.table(), self.columns)[0]


def _reduce(table: list[list[Any]], columns: int) -> tuple[int, Any]:
    """Brings rows into reduced form in place; the rank, and the signed product of the pivots."""
    rank, product = 0, 1
    for column in range(columns):
        pivot = next((i for i in range(rank, len(table)) if table[i][column] != 0), None)
        if pivot is None:
            continue
        if pivot != rank:
            table[rank], table[pivot], product = table[pivot], table[rank], -product
        head = table[rank][column]
        product = head * product
        table[rank] = [cell / head for cell in table[rank]]
        for i, row in enumerate(table):
            if i != rank and row[column] != 0:
                factor = row[column]
                table[i] = [cell - factor * above for cell, above in zip(row, table[rank], strict=True)]
        rank += 1
        if rank == len(table):
            break
    return rank, product


class nmod_mat(_Matrix):
    """A matrix of residues."""

    __slots__ = ()

    def __init__(self, rows: int, columns: int, entries: Sequence[Any], modulus: int) -> None:
        super().__init__(rows, columns, (nmod(entry, modulus) for entry in entries))


class fmpq_mat(_Matrix):
    """A matrix of fractions."""

    __slots__ = ()

    def __init__(self, rows: int, columns: int, entries: Sequence[Any]) -> None:
        super().__init__(rows, columns, (fmpq(entry) for entry in entries))


def __getattr__(name: str) -> Any:
    if name.startswith(("arb", "acb", "ctx", "fmpz", "fmpq")):
        return _missing(name)
    raise AttributeError(name)


def _missing(name: str) -> Any:
    class Missing:
        """Something only FLINT has."""

        def __init__(self, *_: object, **__: object) -> None:
            raise Unavailable(f"{name} needs FLINT")

    Missing.__name__ = name
    return Missing
