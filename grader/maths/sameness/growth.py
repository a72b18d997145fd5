"""Orders of growth: sums of products of powers, logarithms and exponentials, up to constant factors."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from grader.errors import StudentError
from grader.maths.tree import Node, names_in

Comparison = Literal["same", "slower", "faster", "incomparable"]

_MOST_TERMS = 60
_MOST_POWER = 12  # of a sum, before it is replaced by its fastest terms
_MOST_EXPONENT = 1000


@dataclass(frozen=True, slots=True, order=True)
class Factor:
    """How one variable grows in a term: base^n * n^power * (log n)^log."""

    base: Fraction = Fraction(1)
    power: Fraction = Fraction(0)
    log: Fraction = Fraction(0)

    def __mul__(self, other: Factor) -> Factor:
        return Factor(self.base * other.base, self.power + other.power, self.log + other.log)


_ONE = Factor()
Term = frozenset[tuple[str, Factor]]  # the factors of the variables that occur
_CONSTANT: Term = frozenset()


@dataclass(frozen=True, slots=True)
class Growth:
    """The fastest growing terms, none of which dominates another; no terms at all for zero.

    `plain` is whether the formula was just that: one term without a constant factor.
    """

    terms: frozenset[Term]
    plain: bool = True

    def __str__(self) -> str:
        return " + ".join(sorted(map(_term_text, self.terms), key=lambda text: (-len(text), text))) or "0"


def growth(node: Node) -> Growth:
    """The order of growth of a formula whose symbols all are variables that go to infinity.

    Raises:
        StudentError: what this cannot decide: n^n, a difference of logarithms, a negative amount.
    """
    found = _sum_of(node)
    leading = _maximal(found.terms)
    if any(found.terms[term] < 0 for term in leading):
        raise StudentError("A cost cannot be negative.", code="negative")
    plain = found.exact and list(found.terms.values()) in ([], [1])
    return Growth(frozenset(leading), plain)


def compare(one: Growth, other: Growth) -> Comparison:
    """Whether the first grows like the second, slower, faster, or neither for all variables."""
    below = all(any(_dominates(upper, term) for upper in other.terms) for term in one.terms)
    above = all(any(_dominates(upper, term) for upper in one.terms) for term in other.terms)
    if below and above:
        return "same"
    return "slower" if below else "faster" if above else "incomparable"


# --- sums of terms ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Sum:
    """Coefficients of terms; not exact when slower terms or constants inside a function were left out."""

    terms: Mapping[Term, Fraction]
    exact: bool = True


def _sum_of(node: Node) -> _Sum:
    if not names_in(node):
        return _constant(node)
    args = node.args
    match node.op:
        case "symbol":
            return _Sum({_single(str(node.value), Factor(power=Fraction(1))): Fraction(1)})
        case "negate":
            inner = _sum_of(args[0])
            return _Sum({term: -value for term, value in inner.terms.items()}, inner.exact)
        case "sum":
            parts = [_sum_of(arg) for arg in args]
            return _added(parts)
        case "product" | "hadamard" | "matmul":
            result = _sum_of(args[0])
            for arg in args[1:]:
                result = _times(result, _sum_of(arg))
            return result
        case "divide":
            return _times(_sum_of(args[0]), _power(_sum_of(args[1]), Fraction(-1)))
        case "power":
            if names_in(args[1]):
                return _exponential(args[0], args[1])
            return _power(_sum_of(args[0]), _rational(args[1]))
        case "call":
            return _function(node)
    raise _undecided(f"a formula with {node.op}")


def _constant(node: Node) -> _Sum:
    from grader.maths.values import numbers
    from grader.maths.values.tolerance import bounds

    value = numbers.evaluate(node)
    if isinstance(value, Fraction):
        return _Sum({_CONSTANT: value} if value else {})
    low, high = bounds(value)
    if low <= 0 <= high:
        raise _undecided("a constant too near zero")
    return _Sum({_CONSTANT: (low + high) / 2}, exact=False)


def _single(name: str, factor: Factor) -> Term:
    return frozenset(((name, factor),)) if factor != _ONE else _CONSTANT


def _added(parts: Iterable[_Sum]) -> _Sum:
    terms: dict[Term, Fraction] = {}
    parts = list(parts)
    exact = all(part.exact for part in parts)
    # With approximated terms a difference may cancel what was left out: log(n + 1) - log(n).
    if not exact and any(value < 0 for part in parts for value in part.terms.values()):
        raise _undecided("a difference of approximations")
    for part in parts:
        for term, value in part.terms.items():
            terms[term] = terms.get(term, Fraction(0)) + value
    return _bounded(_Sum({term: value for term, value in terms.items() if value}, exact))


def _times(one: _Sum, other: _Sum) -> _Sum:
    terms: dict[Term, Fraction] = {}
    for left, left_value in one.terms.items():
        for right, right_value in other.terms.items():
            term = _product(left, right)
            terms[term] = terms.get(term, Fraction(0)) + left_value * right_value
    exact = one.exact and other.exact
    return _bounded(_Sum({term: value for term, value in terms.items() if value}, exact))


def _product(one: Term, other: Term) -> Term:
    factors = dict(one)
    for name, factor in other:
        factors[name] = factors.get(name, _ONE) * factor
    return frozenset((name, factor) for name, factor in factors.items() if factor != _ONE)


def _bounded(found: _Sum) -> _Sum:
    if len(found.terms) > _MOST_TERMS:
        raise StudentError(f"The formula has more than {_MOST_TERMS} terms.", code="too-long")
    return found


def _power(base: _Sum, exponent: Fraction) -> _Sum:
    if abs(exponent) > _MOST_EXPONENT:
        raise _undecided(f"the exponent {exponent}")
    if not base.terms:
        if exponent <= 0:
            raise StudentError("This divides by zero.", code="not-a-number")
        return base
    if len(base.terms) > 1:
        if exponent.denominator == 1 and 0 <= exponent <= _MOST_POWER:
            result = _Sum({_CONSTANT: Fraction(1)})
            for _ in range(int(exponent)):
                result = _times(result, base)
            return result
        base = _leading_term(base)
    ((term, value),) = base.terms.items()
    if value < 0 and exponent.denominator != 1:
        raise _undecided("a root of a negative amount")
    scaled = value**exponent.numerator if exponent.denominator == 1 else Fraction(1)
    exact = base.exact and (exponent.denominator == 1 or value == 1)
    return _Sum({_raised(term, exponent): scaled}, exact)


def _raised(term: Term, exponent: Fraction) -> Term:
    factors = []
    for name, factor in term:
        if factor.base != 1 and exponent.denominator != 1:
            raise _undecided("a root of an exponential")
        base = factor.base ** int(exponent) if factor.base != 1 else factor.base
        factors.append((name, Factor(base, factor.power * exponent, factor.log * exponent)))
    return frozenset((name, factor) for name, factor in factors if factor != _ONE)


def _leading_term(base: _Sum) -> _Sum:
    leading = _maximal(base.terms)
    if len(leading) > 1:
        raise _undecided("a root or quotient of a sum in several variables")
    return _Sum({term: base.terms[term] for term in leading}, exact=False)


def _exponential(base: Node, exponent: Node) -> _Sum:
    """c^(a n + b) for a constant c > 0; n^n and 2^(n^2) are beyond this."""
    if names_in(base):
        raise _undecided("a variable to a variable power")
    constant = _constant(base)
    if not constant.exact or not constant.terms or constant.terms[_CONSTANT] <= 0:
        raise _undecided("a base that is not a positive rational number")
    rate = constant.terms[_CONSTANT]
    result: dict[str, Factor] = {}
    exact = True
    for term, value in _sum_of(exponent).terms.items():
        if term == _CONSTANT:
            exact = False
            continue
        if len(term) != 1 or value.denominator != 1 or abs(value) > _MOST_POWER:
            raise _undecided("an exponent that is not a multiple of a variable")
        ((name, factor),) = term
        if factor != Factor(power=Fraction(1)):
            raise _undecided("an exponent that is not a multiple of a variable")
        result[name] = Factor(base=rate ** int(value))
    return _Sum({frozenset((n, f) for n, f in result.items() if f != _ONE): Fraction(1)}, exact)


def _function(node: Node) -> _Sum:
    name, arg = (node.value[0] if isinstance(node.value, tuple) else ""), node.args[0]
    if name == "sqrt":
        return _power(_sum_of(arg), Fraction(1, 2))
    if name == "log":
        return _logarithm(arg)
    if name == "abs":
        return _sum_of(arg)
    if name == "max":
        # Up to a factor the largest of several amounts is their sum.
        added = _added([_sum_of(one) for one in node.args])
        return _Sum(added.terms, exact=False)
    raise _undecided(f"the function {name}")


def _logarithm(arg: Node) -> _Sum:
    parts: list[_Sum] = []
    for term in _maximal(_sum_of(arg).terms):
        for name, factor in term:
            if factor.power < 0 or factor.base < 1:
                raise _undecided("a logarithm of something that shrinks")
            if factor.base > 1:
                parts.append(_Sum({_single(name, Factor(power=Fraction(1))): Fraction(1)}))
            elif factor.power > 0:
                parts.append(_Sum({_single(name, Factor(log=Fraction(1))): Fraction(1)}))
            else:
                raise _undecided("a logarithm of a logarithm")
    exact = arg.op == "symbol"
    return _Sum(_added(parts).terms, exact) if parts else _Sum({_CONSTANT: Fraction(1)}, exact=False)


def _rational(node: Node) -> Fraction:
    from grader.maths.values import numbers

    value = numbers.evaluate(node)
    if not isinstance(value, Fraction):
        raise _undecided("an irrational exponent")
    return value


# --- domination ------------------------------------------------------------------------------------


def _maximal(terms: Iterable[Term]) -> list[Term]:
    """The terms that no other term dominates."""
    all_terms = list(terms)
    return [
        term
        for term in all_terms
        if not any(_dominates(other, term) and other != term for other in all_terms)
    ]


def _dominates(upper: Term, lower: Term) -> bool:
    """Whether one term grows at least as fast as the other in every variable."""
    high, low = dict(upper), dict(lower)
    return all(high.get(name, _ONE) >= low.get(name, _ONE) for name in high.keys() | low.keys())


def _undecided(what: str) -> StudentError:
    return StudentError(f"The growth of {what} cannot be worked out here.", code="growth")


# --- words -----------------------------------------------------------------------------------------


def _term_text(term: Term) -> str:
    return " * ".join(_factor_text(name, factor) for name, factor in sorted(term)) or "1"


def _factor_text(name: str, factor: Factor) -> str:
    parts = []
    if factor.base != 1:
        base = str(factor.base) if factor.base.denominator == 1 else f"({factor.base})"
        parts.append(f"{base}^{name}")
    if factor.power:
        parts.append(_powered(name, factor.power))
    if factor.log:
        parts.append(_powered(f"log({name})", factor.log))
    return " * ".join(parts)


def _powered(base: str, power: Fraction) -> str:
    if power == 1:
        return base
    return f"{base}^{power}" if power.denominator == 1 and power > 0 else f"{base}^({power})"
