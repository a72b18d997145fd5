"""Real and complex numbers with rigorous error bounds (FLINT's balls), for functions a field does not know.

Numbers are real balls while they can be; a root, a logarithm or a power of a negative number has its
principal complex value. Unless formulas may be complex (`plural`), roots of odd degree of negative
numbers are real.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b
from typing import NamedTuple

from flint import acb, acb_mat, arb, arb_mat, ctx, fmpq, fmpq_mat, fmpz

from grader.errors import StudentError
from grader.maths.tree import Node
from grader.maths.values.algebra import Matrix, Point, Scalar, Unclear, Undefined, Value
from grader.maths.values.ball_functions import (
    CUTS,
    ENTIRE,
    MEROMORPHIC,
    PARTIAL,
    PIECEWISE,
    SATURATING,
    SEVERAL,
    off_cuts,
    real,
)
from grader.maths.values.whole import Rational

Evaluate = Callable[[Node, Point], Value]


class Gaussian(NamedTuple):
    """A complex number with rational parts."""

    re: fmpq
    im: fmpq

    def __str__(self) -> str:
        sign = "-" if self.im < 0 else "+"
        return f"{self.re} {sign} {abs(self.im)}i"


class Balls:
    """Balls at the working precision of FLINT's context; `meanings` says what declared functions are.

    `analytic` is set inside integrals, where a function that is not analytic has no value. `reach` says how
    far from 1 the values were that numbers, powers and functions led to, in binary digits: what precision
    must see.
    """

    generic = False

    def __init__(self, meanings: Mapping[str, str], *, plural: bool = False, analytic: bool = False) -> None:
        self.meanings, self.plural, self.analytic = meanings, plural, analytic
        self.work = 0
        self.reach = 0
        self.literals = 0

    def number(self, value: Rational) -> Scalar:
        if value.denominator == 1:
            if not -_LONG < value.numerator < _LONG:
                self.note_digits(value.numerator.bit_length())
            return arb(value.numerator)
        if value.denominator > _LONG:
            self.note_digits(value.denominator.bit_length())
        return arb(fmpq(value.numerator, value.denominator))

    def convert(self, value: Value) -> Value:
        """A rational number, complex number or matrix as balls."""
        if isinstance(value, Gaussian):
            return acb(arb(value.re), arb(value.im))
        if isinstance(value, fmpq_mat):
            return arb_mat(value.nrows(), value.ncols(), [arb(entry) for entry in value.entries()])
        return arb(value)

    def constant(self, name: str) -> Scalar:
        if name == "i":
            return acb(0, 1)
        return arb.pi() if name == "pi" else arb.const_e()

    def matrix(self, rows: int, columns: int, entries: Sequence[Scalar]) -> Matrix:
        kind = acb_mat if any(isinstance(entry, acb) for entry in entries) else arb_mat
        return kind(rows, columns, list(entries))

    def identity(self, size: int) -> arb_mat:
        return arb_mat(size, size, [int(k % (size + 1) == 0) for k in range(size * size)])

    def is_zero(self, value: Scalar) -> bool:
        return bool(value == 0)

    def is_clear(self, value: Scalar) -> bool:
        return not value.contains(0)

    def blind(self) -> None:
        raise Unclear

    def function(self, name: str, args: Sequence[Scalar]) -> Scalar:
        if name in SEVERAL:
            return SEVERAL[name](self.analytic, [real(argument) for argument in args])
        x = real(args[0])
        if name == "exp":
            value = x.exp()
            if type(value) is arb:
                self.note(value)
            return value
        if name in SATURATING and isinstance(x, arb):
            # What they have to their limits is as small as an exponential function.
            self.note((x * x if name == "erf" else 2 * abs(x)).exp())
        if self.analytic and isinstance(x, acb):
            return self.along(name, x)
        if name in ENTIRE:
            return real(ENTIRE[name](x))
        if name in PIECEWISE:
            if isinstance(x, acb):
                if name not in ("floor", "ceil", "round"):
                    raise Undefined(name, "of a complex number has no value")
                return acb(PIECEWISE[name](x.real), PIECEWISE[name](x.imag))
            return PIECEWISE[name](x)
        if name in PARTIAL:
            return PARTIAL[name](x)
        raise Unclear

    def note(self, value: arb) -> None:
        """Remember how small or large a value is."""
        if not self.analytic and value.is_finite():
            exponent = abs(_exponent(value))
            if exponent > self.reach:
                self.reach = exponent

    def note_digits(self, count: int) -> None:
        """Remember that so many digits were written; products of such numbers add them up."""
        if not self.analytic:
            self.literals += count
            self.reach = max(self.reach, self.literals)

    def along(self, name: str, x: acb) -> Scalar:
        """A function on a piece of a path of integration; nan where it is not analytic."""
        if name == "log":
            return x.log(analytic=True)
        if name == "abs":
            return x.real_abs(analytic=True)
        if name == "relu":
            return x.real_max(acb(0), analytic=True)
        if name == "sign":
            return x.real_sgn(analytic=True)
        if name == "heaviside":
            return x.real_heaviside(analytic=True)
        if name in ("floor", "ceil"):
            return x.real_floor(analytic=True) if name == "floor" else x.real_ceil(analytic=True)
        if name == "logistic":
            return 1 / (1 + (-x).exp())
        if name in MEROMORPHIC:
            return MEROMORPHIC[name](x)
        return getattr(x, CUTS[name])() if name in CUTS and off_cuts(name, x) else _NAN

    def unknown(self, name: str, orders: tuple[int, ...], args: Sequence[Scalar]) -> Scalar:
        """An arbitrary smooth function of that name, whose derivatives of the given orders are known.

        It is a sum of three waves a sin(b1 x1 + b2 x2 + ... + c) with random coefficients: no equation
        with few terms holds between it and its derivatives.
        """
        total = arb(0)
        for a, slopes, c in _waves(name, len(args)):
            height, phase = arb(a), arb(c)
            for k, x in enumerate(args):
                slope = arb(slopes[k])
                phase = phase + slope * x
                if k < len(orders) and orders[k]:
                    height = height * slope ** orders[k]
            turn = sum(orders) % 4
            wave = phase.sin() if turn % 2 == 0 else phase.cos()
            total = total + (height if turn < 2 else -height) * wave
        return total

    def root(self, value: Scalar) -> Scalar:
        if isinstance(value, arb):
            if value >= 0:
                return value.sqrt()
            if value < 0:
                return acb(0, (-value).sqrt())
            value = acb(value)
        if self.analytic:
            return value.sqrt(analytic=True)
        return real(value.sqrt())

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        base, exponent = real(base), real(exponent)
        if isinstance(exponent, arb) and exponent.is_integer():
            count = exponent.unique_fmpz() or fmpz(0)
            if base == 0 and count < 0:
                raise Undefined("0", "is divided by")
            if isinstance(base, arb) and base.contains(0):
                # FLINT's real power of a ball around 0 is nan.
                return (acb(base) ** count).real
            value = base**count
            if isinstance(value, arb) and (value > _LARGE or value < _SMALL):
                self.note(value)
            return value
        if isinstance(base, arb) and isinstance(exponent, arb):
            if base > 0:
                value = base**exponent
                self.note(value)
                return value
            if base == 0:
                if exponent > 0:
                    return arb(0)
                if exponent < 0:
                    raise Undefined("0", "is divided by")
                raise Unclear
        if base == 0:
            raise Unclear
        if self.analytic and isinstance(base, acb):
            return (exponent * base.log(analytic=True)).exp()
        return real(acb(base).pow(acb(exponent)))

    def rational_power(self, base: Scalar, exponent: Fraction) -> Scalar:
        base = real(base)
        if isinstance(base, arb):
            odd = exponent.denominator % 2 == 1 and not self.plural
            if odd and base != 0 and not base > 0:
                sign = -1 if exponent.numerator % 2 else 1
                if base < 0:
                    return sign * self.rational_power(-base, exponent)
                if exponent > 0:
                    # Around 0: between both ends, because the power is monotonous on either side.
                    size = max(abs(base.lower()), abs(base.upper()), key=float)
                    reach = self.rational_power(abs(size), exponent)
                    return arb(0, reach.upper())
            if base == 0:
                if exponent > 0:
                    return arb(0)
                raise Undefined("0", "is divided by")
        return self.power(base, arb(fmpq(exponent.numerator, exponent.denominator)))

    def absolute_square(self, value: Scalar) -> Scalar:
        if isinstance(value, arb):
            return value * value
        return value.real * value.real + value.imag * value.imag

    def holds(self, sign: str, left: Scalar, right: Scalar) -> bool:
        left, right = real(left), real(right)
        if sign in ("=", "!="):
            if not left.overlaps(right) if type(left) is type(right) else not acb(left).overlaps(acb(right)):
                return sign == "!="
            if left.is_exact() and right.is_exact() and left == right:
                return sign == "="
            raise Unclear
        if isinstance(left, acb) or isinstance(right, acb):
            raise Unclear
        if sign in (">", ">="):
            left, right = right, left
        strict = sign in ("<", ">")
        if left < right or (not strict and left <= right):
            return True
        if left > right or (strict and left >= right):
            return False
        raise Unclear

    def integrate(
        self, body: Node, name: str, lower: Scalar, upper: Scalar, point: Point, evaluate: Evaluate
    ) -> Scalar:
        """The integral of a formula over a real interval.

        Raises:
            Unclear: the error bound stays too wide within the allowed work.
        """
        if self.analytic:
            raise Unclear
        inner = Balls(self.meanings, plural=self.plural, analytic=True)
        calls = 0

        def integrand(z: acb, analytic: bool) -> acb:
            nonlocal calls
            calls += 1
            if calls > 800:
                return _NAN
            inner.analytic = bool(analytic)
            here = Point(inner, point.values, point.integers).bind(name, z)
            try:
                return acb(evaluate(body, here))
            except (Undefined, Unclear, ZeroDivisionError, StudentError):
                return _NAN

        precision = 40
        with ctx.workprec(precision + 10):
            value = acb.integral(
                integrand, acb(lower), acb(upper), rel_tol=arb(2) ** -precision, eval_limit=800
            )
        if not value.is_finite() or value.rad() > (1 + abs(value).upper()) * arb(10) ** -6:
            raise Unclear
        return value.real if not self.plural or value.imag == 0 else value


_LONG = 2**64
_LARGE, _SMALL = arb(2) ** 64, arb(2) ** -64
_NAN = acb(arb.nan())


def _exponent(value: arb) -> int:
    mantissa, exponent = value.mid().man_exp()
    return int(exponent) + int(mantissa).bit_length()


@lru_cache(maxsize=1024)
def _waves(name: str, count: int) -> tuple[tuple[fmpq, tuple[fmpq, ...], fmpq], ...]:
    waves = []
    for k in range(3):
        digest = blake2b(f"{name}|{count}|{k}".encode(), digest_size=2 + max(count, 1)).digest()
        a, c, *slopes = (fmpq(64 + byte, 128 + 32 * k) for byte in digest)
        waves.append((a, tuple(slopes), c))
    return tuple(waves)
