"""Exact rational arithmetic: numbers people write, and small points they can check by hand."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from flint import fmpq, fmpq_mat

from grader.errors import StudentError
from grader.maths.evaluate import Scalar

# A product of this many bits is far beyond any homework, and still quick.
BITS = 100_000


class NotRational(Exception):
    """The formula needs a function whose values are not rational."""


class Rationals:
    """FLINT's rationals; functions that leave them raise `NotRational`."""

    def number(self, value: Fraction) -> Scalar:
        if value.numerator.bit_length() > BITS or value.denominator.bit_length() > BITS:
            raise StudentError("The number is too large.", code="too-large")
        return fmpq(value.numerator, value.denominator)

    def constant(self, name: str) -> Scalar:
        raise NotRational(name)

    def matrix(self, rows: int, columns: int, entries: Sequence[Scalar]) -> fmpq_mat:
        return fmpq_mat(rows, columns, list(entries))

    def is_zero(self, value: Scalar) -> bool:
        return bool(value == 0)

    def function(self, name: str, primes: int, args: Sequence[Scalar]) -> Scalar:
        if primes == 0 and name == "abs":
            return abs(args[0])
        if primes == 0 and name == "relu":
            return max(args[0], fmpq(0))
        if primes == 0 and name in ("max", "min"):
            return max(args) if name == "max" else min(args)
        raise NotRational(name)

    def root(self, value: Scalar) -> Scalar:
        if value < 0:
            raise NotRational("sqrt")
        above, below = value.p.isqrt(), value.q.isqrt()
        if above * above != value.p or below * below != value.q:
            raise NotRational("sqrt")
        return fmpq(above, below)

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        raise NotRational("power")
