"""What an arithmetic offers to formulas, a point in it, and the two ways of having no value there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol

from grader.errors import StudentError
from grader.maths.values.whole import Rational

# FLINT's scalars and matrices share their operators but no type.
Scalar = Any
Matrix = Any
Value = Any

# Terms of sums and products that one evaluation may add up.
MOST_TERMS = 1_000
MOST_WORK = 5_000


class Undefined(Exception):
    """A formula proved to have no value at a point (a division by zero). `where` names the part."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where} {why}")
        self.where, self.why = where, why


class Unclear(ArithmeticError):
    """The arithmetic cannot tell the value at this point: it decides nothing there."""


class Algebra(Protocol):
    """An arithmetic: how numbers come into it, and what functions do there.

    `generic` arithmetics (the finite field) have no order and no limits: whatever needs them is a random
    value that depends on nothing but the values inside. `plural` is set where formulas may be complex.
    """

    generic: bool
    plural: bool
    work: int
    meanings: Mapping[str, str]

    def number(self, value: Rational) -> Scalar: ...
    def constant(self, name: str) -> Scalar: ...
    def matrix(self, rows: int, columns: int, entries: Sequence[Scalar]) -> Matrix: ...
    def identity(self, size: int) -> Matrix: ...
    def function(self, name: str, args: Sequence[Scalar]) -> Scalar: ...
    def unknown(self, name: str, orders: tuple[int, ...], args: Sequence[Scalar]) -> Scalar: ...
    def root(self, value: Scalar) -> Scalar: ...
    def power(self, base: Scalar, exponent: Scalar) -> Scalar: ...
    def rational_power(self, base: Scalar, exponent: Fraction) -> Scalar: ...
    def absolute_square(self, value: Scalar) -> Scalar: ...
    def is_zero(self, value: Scalar) -> bool: ...
    def is_clear(self, value: Scalar) -> bool: ...
    def blind(self) -> None: ...
    def holds(self, sign: str, left: Scalar, right: Scalar) -> bool | Scalar: ...


@dataclass(slots=True, eq=False)
class Point:
    """Values for all symbols in one arithmetic.

    `integers` are those that may stand in exponents and limits of sums; `exact` is the same point in the
    rationals, where it has one; `depth` counts the bound names around. `kept` holds, by the identity of a
    settled tree, the tree itself, its value and what was met on the way; None where nothing is kept.
    """

    algebra: Algebra
    values: Mapping[str, Value]
    integers: Mapping[str, int]
    exact: Point | None = None
    depth: int = 0
    kept: dict[int, tuple[object, Value, set[object]]] | None = None

    def bind(self, name: str, value: Value, whole: int | None = None, exact: Value | None = None) -> Point:
        """The point with one more name."""
        inner = None
        if self.exact is not None and exact is not None:
            inner = self.exact.bind(name, exact, whole)
        integers = dict(self.integers)
        integers.pop(name, None)
        if whole is not None:
            integers[name] = whole
        return Point(self.algebra, Bound(self.values, name, value), integers, inner, self.depth + 1)

    def spend(self, terms: int) -> None:
        """Count terms of a sum; too many of them are refused."""
        self.algebra.work += terms
        if terms > MOST_TERMS or self.algebra.work > MOST_WORK:
            raise StudentError("A sum or product has too many terms.", code="too-large")


class Bound(dict[str, Value]):
    """A mapping with one name put in front of another mapping, which may work its values out when asked."""

    def __init__(self, outer: Mapping[str, Value], name: str, value: Value) -> None:
        super().__init__(((name, value),))
        self.outer = outer

    def __missing__(self, name: str) -> Value:
        return self.outer[name]


class _Kinds(dict[type, bool]):
    """Whether a type of values is one of matrices; asking FLINT's objects themselves is four times slower."""

    def __missing__(self, kind: type) -> bool:
        found = self[kind] = hasattr(kind, "nrows")
        return found


MATRICES = _Kinds()


def is_matrix(value: Value) -> bool:
    """Whether a value is a FLINT matrix."""
    return MATRICES[type(value)]


def entries_of(value: Value) -> list[Value]:
    """The entries of a matrix row by row; a scalar is its own only entry."""
    return list(value.entries()) if is_matrix(value) else [value]
