"""Functions of exact rational numbers whose values are rational too: gcd, floor, factorial, mod, ..."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from fractions import Fraction

from grader.errors import StudentError

# A rational number, whole or not; their quotient is `Fraction(a, b)`, for `/` of two `int`s is no rational.
Rational = int | Fraction

# 3000! has 30,000 bits; more is not worked out.
MOST_FACTORIAL = 3_000


def apply(name: str, args: Sequence[Rational]) -> Rational | None:
    """The exact value of a function, or None where it has none or none that is rational.

    >>> apply("gcd", [12, 18]), apply("floor", [Fraction(-1, 2)])
    (6, -1)
    >>> apply("gcd", [Fraction(12, 5), Fraction(18, 5)]), apply("lcm", [Fraction(-3, 2), 618])
    (Fraction(6, 5), Fraction(618, 1))

    Raises:
        StudentError: a factorial too large to be worked out.
    """
    function = _FUNCTIONS.get(name)
    return None if function is None or not args else function(args)


def _whole(args: Sequence[Rational]) -> list[int] | None:
    return [int(value) for value in args] if all(value.denominator == 1 for value in args) else None


def _gcd(args: Sequence[Rational]) -> Rational | None:
    """The largest number that all are whole multiples of: of 12/5 and 18/5 it is 6/5."""
    whole = _whole(args)
    if whole is not None:
        return math.gcd(*whole)
    below = math.lcm(*(value.denominator for value in args))
    return Fraction(math.gcd(*(int(value * below) for value in args)), below)


def _lcm(args: Sequence[Rational]) -> Rational | None:
    """The smallest positive whole multiple of all."""
    whole = _whole(args)
    if whole is not None:
        return math.lcm(*whole)
    below = math.lcm(*(value.denominator for value in args))
    return Fraction(math.lcm(*(int(value * below) for value in args)), below)


def _factorial(args: Sequence[Rational]) -> Rational | None:
    whole = _whole(args)
    if whole is None or whole[0] < 0:
        return None
    if whole[0] > MOST_FACTORIAL:
        raise StudentError(f"The factorial of {whole[0]} is too large.", code="too-large")
    return math.factorial(whole[0])


def _gamma(args: Sequence[Rational]) -> Rational | None:
    return _factorial([args[0] - 1])


def _binomial(args: Sequence[Rational]) -> Rational | None:
    if args[1].denominator != 1:
        return None
    above, below = args[0], int(args[1])
    if above.denominator == 1 and 0 <= above < below:
        return 0
    if below < 0:
        return 0
    if below > MOST_FACTORIAL or not -(10**9) <= above <= 10**9:
        raise StudentError("The binomial coefficient is too large.", code="too-large")
    if above.denominator == 1 and above >= 0:
        return math.comb(int(above), below)
    value = Fraction(1)
    for step in range(below):
        value = value * (above - step) / (step + 1)
    return value


def _mod(args: Sequence[Rational]) -> Rational | None:
    return None if args[1] == 0 else args[0] % args[1]


def _arctan2(args: Sequence[Rational]) -> Rational | None:
    return 0 if args[0] == 0 and args[1] > 0 else None


def _at(place: int, value: int) -> Callable[[Sequence[Rational]], Rational | None]:
    return lambda args: value if args[0] == place else None


_FUNCTIONS: dict[str, Callable[[Sequence[Rational]], Rational | None]] = {
    "abs": lambda args: max(args[0], -args[0]),
    "sign": lambda args: (args[0] > 0) - (args[0] < 0),
    "floor": lambda args: math.floor(args[0]),
    "ceil": lambda args: math.ceil(args[0]),
    "round": lambda args: round(args[0]),
    "heaviside": lambda args: Fraction((args[0] > 0) - (args[0] < 0) + 1, 2),
    "relu": lambda args: max(args[0], 0),
    "max": max,
    "min": min,
    "re": lambda args: args[0],
    "conj": lambda args: args[0],
    "im": lambda args: 0,
    "gcd": _gcd,
    "lcm": _lcm,
    "factorial": _factorial,
    "gamma": _gamma,
    "binomial": _binomial,
    "mod": _mod,
    "arctan2": _arctan2,
    "logistic": lambda args: Fraction(1, 2) if args[0] == 0 else None,
    "log": _at(1, 0),
    "arccos": _at(1, 0),
    "arccosh": _at(1, 0),
    **dict.fromkeys("exp cos sec cosh sech".split(), _at(0, 1)),
    **dict.fromkeys("sin tan sinh tanh arcsin arctan arcsinh arctanh erf".split(), _at(0, 0)),
}
EXACT = frozenset(_FUNCTIONS)
