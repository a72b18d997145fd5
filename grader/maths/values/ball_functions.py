"""Functions of real and complex balls, with their domains: real inside, principal complex values outside."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from flint import acb, arb, fmpq, fmpz

from grader.maths.values.algebra import Scalar, Unclear, Undefined


def real(value: Scalar) -> Scalar:
    """A complex ball without imaginary part as a real one; everything else as it is."""
    return value.real if type(value) is acb and value.imag == 0 else value


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
        return real(getattr(acb(x), name)())

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


PARTIAL: dict[str, Callable[[Scalar], Scalar]] = {
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
ENTIRE: dict[str, Callable[[Scalar], Scalar]] = {
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
SATURATING = frozenset("tanh coth sech csch sinh cosh erf logistic".split())
MEROMORPHIC = {name: rule for name, rule in ENTIRE.items() if name not in ("arctan", "arcsinh")} | {
    name: PARTIAL[name] for name in ("csc", "cot", "csch", "coth", "gamma")
}
CUTS = {name: f"a{name[3:]}" for name in "arcsin arccos arctan arcsinh arccosh arctanh".split()}


def off_cuts(name: str, x: acb) -> bool:
    """Whether a box stays away from the branch cuts of an inverse function."""
    if name in ("arctan", "arcsinh"):
        return bool(abs(x.imag) < 1) or not x.real.contains(0)
    inside = x.real > 1 if name == "arccosh" else abs(x.real) < 1
    return bool(inside) or not x.imag.contains(0)


PIECEWISE: dict[str, Callable[[arb], arb]] = {
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


def _largest(analytic: bool, args: Sequence[Scalar]) -> Scalar:
    return _best(analytic, args, "max")


def _least(analytic: bool, args: Sequence[Scalar]) -> Scalar:
    return _best(analytic, args, "min")


def _best(analytic: bool, args: Sequence[Scalar], name: str) -> Scalar:
    best = args[0]
    for other in args[1:]:
        if isinstance(best, acb) or isinstance(other, acb):
            if not analytic:
                raise Undefined(name, "of complex numbers has no value")
            best = getattr(acb(best), f"real_{name}")(acb(other), analytic=True)
        else:
            best = getattr(best, name)(other)
    return best


def _arctan2(analytic: bool, args: Sequence[Scalar]) -> Scalar:
    y, x = args
    if isinstance(x, acb) or isinstance(y, acb):
        raise Unclear
    if x == 0 and y == 0:
        raise Undefined("arctan2", "of 0 and 0 is taken")
    return arb.atan2(y, x)


def _modulo(analytic: bool, args: Sequence[Scalar]) -> Scalar:
    a, b = args
    if isinstance(a, acb) or isinstance(b, acb):
        raise Unclear
    if b == 0:
        raise Undefined("mod", "by 0 is taken")
    return a - b * (a / b).floor()


def _binomial(analytic: bool, args: Sequence[Scalar]) -> Scalar:
    n, k = args
    if isinstance(k, arb) and k.is_integer() and 0 <= k <= 1_000:
        value, count = arb(1), int(k.unique_fmpz() or fmpz(0))
        for step in range(count):
            value = value * (n - step) / (step + 1)
        return value
    return _gamma(n + 1) / (_gamma(k + 1) * _gamma(n - k + 1))


SEVERAL: dict[str, Callable[[bool, Sequence[Scalar]], Scalar]] = {
    "max": _largest,
    "min": _least,
    "arctan2": _arctan2,
    "mod": _modulo,
    "binomial": _binomial,
}
