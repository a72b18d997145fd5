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

from grader.maths.algebra import Matrix, Point, Scalar, Unclear, Undefined, Value
from grader.maths.tree import Node

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

    `analytic` is set inside integrals, where a function that is not analytic has no value. `smallest` is
    the least binary exponent of a positive value met by exp and powers: what precision must see.
    """

    generic = False

    def __init__(self, meanings: Mapping[str, str], *, plural: bool = False, analytic: bool = False) -> None:
        self.meanings, self.plural, self.analytic = meanings, plural, analytic
        self.work = 0
        self.smallest = 0

    def number(self, value: Fraction) -> Scalar:
        if value.denominator == 1:
            return arb(value.numerator)
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
        if name in _SEVERAL:
            return _SEVERAL[name](self, [_real(argument) for argument in args])
        x = _real(args[0])
        if name == "exp":
            value = x.exp()
            if type(value) is arb and value < _HALF:
                self.note(value)
            return value
        if self.analytic and isinstance(x, acb):
            return self.along(name, x)
        if name in _ENTIRE:
            return _real(_ENTIRE[name](x))
        if name in _PIECEWISE:
            if isinstance(x, acb):
                if name not in ("floor", "ceil", "round"):
                    raise Undefined(name, "of a complex number has no value")
                return acb(_PIECEWISE[name](x.real), _PIECEWISE[name](x.imag))
            return _PIECEWISE[name](x)
        if name in _PARTIAL:
            return _PARTIAL[name](x)
        raise Unclear

    def note(self, value: arb) -> None:
        """Remember how small a value is."""
        if not self.analytic and value.is_finite() and (0.5 > value > 0):
            exponent = _exponent(value)
            if exponent < self.smallest:
                self.smallest = exponent

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
        if name in _MEROMORPHIC:
            return _MEROMORPHIC[name](x)
        return getattr(x, _CUTS[name])() if name in _CUTS and _off_cuts(name, x) else _NAN

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
        return _real(value.sqrt())

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        base, exponent = _real(base), _real(exponent)
        if isinstance(exponent, arb) and exponent.is_integer():
            count = exponent.unique_fmpz() or fmpz(0)
            if base == 0 and count < 0:
                raise Undefined("0", "is divided by")
            if isinstance(base, arb) and base.contains(0):
                # FLINT's real power of a ball around 0 is nan.
                return (acb(base) ** count).real
            return base**count
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
        return _real(acb(base).pow(acb(exponent)))

    def rational_power(self, base: Scalar, exponent: Fraction) -> Scalar:
        base = _real(base)
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
        left, right = _real(left), _real(right)
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
        inner = Balls(self.meanings, plural=self.plural, analytic=True)
        calls = 0

        def integrand(z: acb, analytic: bool) -> acb:
            nonlocal calls
            calls += 1
            if calls > 1_500:
                return _NAN
            inner.analytic = bool(analytic)
            here = Point(inner, point.values, point.integers).bind(name, z)
            try:
                return acb(evaluate(body, here))
            except (Undefined, Unclear, ZeroDivisionError):
                return _NAN

        precision = 40
        with ctx.workprec(precision + 10):
            value = acb.integral(
                integrand, acb(lower), acb(upper), rel_tol=arb(2) ** -precision, eval_limit=1_500
            )
        if not value.is_finite() or value.rad() > (1 + abs(value).upper()) * arb(10) ** -6:
            raise Unclear
        return value.real if not self.plural or value.imag == 0 else value


_HALF = arb(0.5)
_NAN = acb(arb.nan())


def _real(value: Scalar) -> Scalar:
    return value.real if type(value) is acb and value.imag == 0 else value


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


def _log(x: Scalar) -> Scalar:
    if isinstance(x, arb):
        if x > 0:
            return x.log()
        if x < 0:
            return acb((-x).log(), arb.pi())
        if x == 0:
            raise Undefined("the logarithm", "of 0 is taken")
    return acb(x).log()


def _cut(name: str) -> Callable[[Scalar], Scalar]:
    """A function that is real on a part of the line and complex outside."""

    def function(x: Scalar) -> Scalar:
        if isinstance(x, arb):
            if name == "atanh" and (x == 1 or x == -1):
                raise Undefined("artanh", "of 1 or -1 is taken")
            if _inside(name, x):
                return getattr(x, name)()
        return _real(getattr(acb(x), name)())

    return function


def _inside(name: str, x: arb) -> bool:
    if name == "acosh":
        return bool(x >= 1)
    if name == "log":
        return bool(x > 0)
    return bool(-1 < x < 1) or (name != "atanh" and bool(-1 <= x <= 1))


def _inverse_of(name: str) -> Callable[[Scalar], Scalar]:
    inner = _cut(name)

    def function(x: Scalar) -> Scalar:
        if x == 0:
            raise Undefined("0", "is divided by")
        return inner(1 / x)

    return function


def _arccot(x: Scalar) -> Scalar:
    return arb.pi() / 2 if x == 0 else (1 / x).atan()


def _pole(name: str) -> Callable[[Scalar], Scalar]:
    def function(x: Scalar) -> Scalar:
        if x == 0:
            raise Undefined(name, "of 0 is taken")
        return getattr(x, name)()

    return function


def _gamma(x: Scalar) -> Scalar:
    if isinstance(x, arb) and x.is_integer() and x <= 0:
        raise Undefined("the gamma function", "of a whole number that is not positive is taken")
    if isinstance(x, arb) and abs(x) > 10**7:
        raise Unclear
    return x.gamma()


def _factorial(x: Scalar) -> Scalar:
    if isinstance(x, arb) and x.is_integer() and x < 0:
        # Factorials are written for whole numbers that are not negative: 1/(n - k)! is no pole at n < k.
        raise Unclear
    return _gamma(x + 1)


def _sign(x: Scalar) -> Scalar:
    if isinstance(x, acb):
        return x / abs(x)
    return x.sgn()


def _argument(x: Scalar) -> Scalar:
    if isinstance(x, arb):
        if x > 0:
            return arb(0)
        if x < 0:
            return arb.pi()
        if x == 0:
            raise Undefined("the argument", "of 0 is taken")
        raise Unclear
    return x.arg()


def _conjugate(x: Scalar) -> Scalar:
    return x.conjugate() if isinstance(x, acb) else x


_PARTIAL: dict[str, Callable[[Scalar], Scalar]] = {
    "log": _log,
    "arcsin": _cut("asin"),
    "arccos": _cut("acos"),
    "arccosh": _cut("acosh"),
    "arctanh": _cut("atanh"),
    "arcsec": _inverse_of("acos"),
    "arccsc": _inverse_of("asin"),
    "arccot": _arccot,
    "csc": _pole("csc"),
    "cot": _pole("cot"),
    "csch": _pole("csch"),
    "coth": _pole("coth"),
    "gamma": _gamma,
    "factorial": _factorial,
    "sign": _sign,
    "arg": _argument,
    "conj": _conjugate,
    "re": lambda x: x.real if isinstance(x, acb) else x,
    "im": lambda x: x.imag if isinstance(x, acb) else arb(0),
    "abs": abs,
    "logistic": lambda x: 1 / (1 + (-x).exp()),
}
_ENTIRE: dict[str, Callable[[Scalar], Scalar]] = {
    "sin": lambda x: x.sin(),
    "cos": lambda x: x.cos(),
    "tan": lambda x: x.tan(),
    "sec": lambda x: x.sec(),
    "sinh": lambda x: x.sinh(),
    "cosh": lambda x: x.cosh(),
    "tanh": lambda x: x.tanh(),
    "sech": lambda x: x.sech(),
    "arctan": lambda x: x.atan(),
    "arcsinh": lambda x: x.asinh(),
    "erf": lambda x: x.erf(),
}
_MEROMORPHIC = {name: rule for name, rule in _ENTIRE.items() if name not in ("arctan", "arcsinh")} | {
    name: _PARTIAL[name] for name in ("csc", "cot", "csch", "coth", "gamma")
}
_CUTS = {name: f"a{name[3:]}" for name in "arcsin arccos arctan arcsinh arccosh arctanh".split()}


def _off_cuts(name: str, x: acb) -> bool:
    """Whether a box stays away from the branch cuts of an inverse function."""
    if name in ("arctan", "arcsinh"):
        return bool(abs(x.imag) < 1) or not x.real.contains(0)
    inside = x.real > 1 if name == "arccosh" else abs(x.real) < 1
    return bool(inside) or not x.imag.contains(0)


_PIECEWISE: dict[str, Callable[[arb], arb]] = {
    "relu": lambda x: x.max(arb(0)),
    "floor": lambda x: x.floor(),
    "ceil": lambda x: x.ceil(),
    "round": lambda x: _round(x),
    "heaviside": lambda x: (x.sgn() + 1) / 2,
}


def _round(x: arb) -> arb:
    moved = x + arb(fmpq(1, 2))
    if moved.contains_integer():
        raise Unclear
    return moved.floor()


def _largest(algebra: Balls, args: Sequence[Scalar]) -> Scalar:
    return _best(algebra, args, "max")


def _least(algebra: Balls, args: Sequence[Scalar]) -> Scalar:
    return _best(algebra, args, "min")


def _best(algebra: Balls, args: Sequence[Scalar], name: str) -> Scalar:
    best = args[0]
    for other in args[1:]:
        if isinstance(best, acb) or isinstance(other, acb):
            if not algebra.analytic:
                raise Undefined(name, "of complex numbers has no value")
            best = getattr(acb(best), f"real_{name}")(acb(other), analytic=True)
        else:
            best = getattr(best, name)(other)
    return best


def _arctan2(algebra: Balls, args: Sequence[Scalar]) -> Scalar:
    y, x = args
    if isinstance(x, acb) or isinstance(y, acb):
        raise Unclear
    if x == 0 and y == 0:
        raise Undefined("arctan2", "of 0 and 0 is taken")
    return arb.atan2(y, x)


def _modulo(algebra: Balls, args: Sequence[Scalar]) -> Scalar:
    a, b = args
    if isinstance(a, acb) or isinstance(b, acb):
        raise Unclear
    if b == 0:
        raise Undefined("mod", "by 0 is taken")
    return a - b * (a / b).floor()


def _binomial(algebra: Balls, args: Sequence[Scalar]) -> Scalar:
    n, k = args
    if isinstance(k, arb) and k.is_integer() and 0 <= k <= 1_000:
        value, count = arb(1), int(k.unique_fmpz() or fmpz(0))
        for step in range(count):
            value = value * (n - step) / (step + 1)
        return value
    return _gamma(n + 1) / (_gamma(k + 1) * _gamma(n - k + 1))


_SEVERAL: dict[str, Callable[[Balls, Sequence[Scalar]], Scalar]] = {
    "max": _largest,
    "min": _least,
    "arctan2": _arctan2,
    "mod": _modulo,
    "binomial": _binomial,
}
