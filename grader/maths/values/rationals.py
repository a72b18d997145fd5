"""Exact rational arithmetic: numbers people write, and small points they can check by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat

from grader.errors import StudentError
from grader.maths.values import whole
from grader.maths.values.algebra import Scalar, Unclear, Undefined
from grader.maths.values.whole import Rational

# A product of this many bits is far beyond any homework, and still quick.
BITS = 100_000


class NotRational(Exception):
    """The formula needs a function whose values are not rational."""


class Rationals:
    """FLINT's rationals; functions that leave them raise `NotRational`."""

    generic = False
    plural = False

    def __init__(self) -> None:
        self.meanings: Mapping[str, str] = {}
        self.work = 0

    def number(self, value: Rational) -> Scalar:
        if value.numerator.bit_length() > BITS or value.denominator.bit_length() > BITS:
            raise StudentError("The number is too large.", code="too-large")
        return fmpq(value.numerator, value.denominator)

    def constant(self, name: str) -> Scalar:
        raise NotRational(name)

    def matrix(self, rows: int, columns: int, entries: Sequence[Scalar]) -> fmpq_mat:
        return fmpq_mat(rows, columns, list(entries))

    def identity(self, size: int) -> fmpq_mat:
        return fmpq_mat(size, size, [int(k % (size + 1) == 0) for k in range(size * size)])

    def is_zero(self, value: Scalar) -> bool:
        return bool(value == 0)

    def is_clear(self, value: Scalar) -> bool:
        return True

    def function(self, name: str, args: Sequence[Scalar]) -> Scalar:
        given = [fraction(argument) for argument in args]
        value = whole.apply(name, given)
        if value is not None:
            return fmpq(value.numerator, value.denominator)
        if (name == "mod" and given[1] == 0) or (name == "log" and given[0] == 0):
            raise Undefined(f"{name}({', '.join(map(str, given))})", "has no value")
        if name == "factorial" and given[0] < 0 and given[0].denominator == 1:
            raise Unclear
        if name == "gamma" and given[0] <= 0 and given[0].denominator == 1:
            raise Undefined(f"{name}({given[0]})", "has no value")
        raise NotRational(name)

    def unknown(self, name: str, orders: tuple[int, ...], args: Sequence[Scalar]) -> Scalar:
        raise NotRational(name)

    def root(self, value: Scalar) -> Scalar:
        return self.rational_power(value, Fraction(1, 2))

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        if exponent.q != 1:
            return self.rational_power(base, fraction(exponent))
        count = int(exponent)
        if base == 0 and count < 0:
            raise Undefined("0", "is divided by")
        if abs(count) * max(1, base.p.bit_length(), base.q.bit_length()) > BITS and base not in (0, 1, -1):
            raise NotRational("power")
        return base**count

    def rational_power(self, base: Scalar, exponent: Fraction) -> Scalar:
        degree = exponent.denominator
        if degree > 64 or abs(exponent.numerator) > 64 or (base < 0 and degree % 2 == 0):
            raise NotRational("root")
        if base == 0 and exponent < 0:
            raise Undefined("0", "is divided by")
        above, below = (_root(int(part), degree) for part in (abs(base.p), base.q))
        value = fmpq(above, below)
        return (-value if base < 0 else value) ** exponent.numerator

    def absolute_square(self, value: Scalar) -> Scalar:
        return value * value

    def blind(self) -> None:
        raise NotRational("no value")

    def holds(self, sign: str, left: Scalar, right: Scalar) -> bool:
        if sign == "=":
            return bool(left == right)
        if sign == "!=":
            return bool(left != right)
        if sign in ("<", "<="):
            return bool(left < right) or (sign == "<=" and bool(left == right))
        return bool(left > right) or (sign == ">=" and bool(left == right))


def fraction(value: Scalar) -> Fraction:
    """The Python number of a FLINT rational."""
    return Fraction(int(value.p), int(value.q))


def _root(value: int, degree: int) -> int:
    root = round(value ** (1 / degree)) if value < 2**50 else _large_root(value, degree)
    if root**degree != value:
        raise NotRational("root")
    return root


def _large_root(value: int, degree: int) -> int:
    low, high = 0, 1 << (value.bit_length() // degree + 1)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if middle**degree <= value else (low, middle - 1)
    return low
