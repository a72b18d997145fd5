"""Where a formula may bend, jump or end: the zeros that matter along a line, and points around them.

The places are the zeros of certain parts: the argument of an absolute value, the difference of the two
arguments of a maximum or of a condition, a divisor, what stands under a root or in a logarithm. Along one
name they are found exactly where the part is a polynomial, by bisection otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice, pairwise, product, zip_longest
from random import Random
from typing import Any

from flint import ctx, fmpq, fmpq_poly

from grader.errors import StudentError
from grader.maths.names import SCALAR, Symbols
from grader.maths.tree import Node, names_in, number, value_of
from grader.maths.values.algebra import Point, Scalar, Unclear, Undefined, is_matrix
from grader.maths.values.evaluate import evaluate
from grader.maths.values.rationals import NotRational, Rationals
from grader.maths.values.real import Sample
from grader.maths.values.sample import Values

MOST_PARTS = 12
MOST_NAMES = 3
MOST_SIGNED = 4
MOST_POINTS = 200
_SIZES = (fmpq(1, 4), fmpq(3), fmpq(40))
_TINY = fmpq(1, 2**30)
_GRID = tuple(fmpq(n, 10) for n in (-640, -160, -80, -40, -21, -9, -4, -1, 1, 4, 9, 21, 40, 80, 160, 640))


def parts(node: Node, symbols: Symbols) -> list[Node]:
    """The parts of a formula whose zeros matter, each once."""
    found: dict[Node, None] = {}
    stack = [node]
    while stack and len(found) < MOST_PARTS:
        top = stack.pop()
        for part in _of(top):
            for factor in _factors(part):
                if names_in(factor) and not is_positive(factor, symbols):
                    found.setdefault(factor)
        stack.extend(top.args)
    return list(found)[:MOST_PARTS]


def is_positive(node: Node, symbols: Symbols, least: bool = False) -> bool:
    """Whether a part is seen to be positive everywhere (with `least`: not negative) by its form."""
    op, args = node.op, node.args
    if op in ("number", "decimal"):
        value = value_of(node)
        return value > 0 or (least and value == 0)
    if op == "constant":
        return node.value in ("e", "pi")
    if op == "symbol":
        found = symbols.table.get(str(node.value))
        return found is not None and (found.domain == "positive" or found.kind == "dimension")
    if op == "sum":
        return all(is_positive(term, symbols, True) for term in args) and (
            least or any(is_positive(term, symbols) for term in args)
        )
    if op in ("product", "divide"):
        return all(is_positive(part, symbols, least and op == "product") for part in args)
    if op == "power":
        if args[0] == Node("constant", (), "e"):
            return True
        even = args[1].op == "number" and args[1].value in (2, 4, 6)
        return is_positive(args[0], symbols, least) or (least and even)
    if op == "call":
        if node.value in (("exp", 0), ("cosh", 0), ("logistic", 0)):
            return True
        if node.value == ("sqrt", 0):
            return is_positive(args[0], symbols, least)
        return least and node.value in (("abs", 0), ("norm", 0), ("relu", 0))
    return False


def divisors(node: Node, symbols: Symbols) -> list[Node]:
    """The factors of the divisors of a formula that have names in them."""
    found: dict[Node, None] = {}
    stack = [node]
    while stack:
        top = stack.pop()
        if top.op == "divide" or (top.op == "power" and _is_negative(top.args[1])):
            for factor in _factors(top.args[1 if top.op == "divide" else 0]):
                if names_in(factor) and not is_positive(factor, symbols):
                    found.setdefault(factor)
        stack.extend(top.args)
    return list(found)


def in_exponents(node: Node) -> list[str]:
    """The names that stand in exponents."""
    found: set[str] = set()
    stack = [node]
    while stack:
        top = stack.pop()
        if top.op == "power":
            found |= names_in(top.args[1])
        stack.extend(top.args)
    return sorted(found)


def _is_negative(node: Node) -> bool:
    return node.op == "negate" or (node.op == "number" and node.value < 0)  # type: ignore[operator]


def _factors(node: Node) -> Iterator[Node]:
    if node.op in ("product", "divide", "negate"):
        for argument in node.args:
            yield from _factors(argument)
    elif (node.op == "power" and node.args[1].op in ("number", "decimal")) or node.value in (
        ("abs", 0),
        ("sqrt", 0),
    ):
        yield from _factors(node.args[0])
    else:
        yield node


def _minus(left: Node, right: Node) -> Node:
    return Node("sum", (left, Node("negate", (right,))))


def _is_infinite(node: Node) -> bool:
    node = node.args[0] if node.op == "negate" else node
    return node.op == "constant" and node.value == "infinity"


_AT_ZERO = frozenset("abs sign heaviside relu sqrt log arg gamma factorial csc cot csch coth".split())
_AT_ONE = frozenset("arcsin arccos arctanh arccosh arcsec arccsc".split())
_AT_INTEGERS = frozenset("floor ceil".split())


def _of(node: Node) -> Iterator[Node]:
    op, args = node.op, node.args
    if op == "call":
        pair: Any = node.value
        name, primes = pair
        if name in _AT_ZERO or primes:
            yield args[0]
        elif name in ("max", "min"):
            yield from (_minus(a, b) for k, a in enumerate(args) for b in args[k + 1 :])
        elif name in _AT_ONE:
            yield from (Node("sum", (args[0], number(one))) for one in (1, -1))
            yield args[0]
        elif name in _AT_INTEGERS:
            yield from (Node("sum", (args[0], number(-k))) for k in range(-2, 4))
        elif name == "round":
            yield from (Node("sum", (args[0], number(Fraction(2 * k + 1, 2)))) for k in range(-2, 2))
        elif name == "mod":
            yield from (_minus(args[0], Node("product", (number(k), args[1]))) for k in range(-2, 3))
            yield args[1]
        elif name == "arctan2":
            yield from args
    elif op == "divide":
        yield args[1]
    elif op == "power" and not (args[1].op == "number" and args[1].value in (1, 2, 3, 4)):
        yield args[0]
    elif op == "relation":
        for a, b in pairwise(args):
            if not _is_infinite(a) and not _is_infinite(b):
                yield _minus(a, b)
    elif op == "member":
        ends = [end for part in (args[1],) if part.op in ("interval", "set") for end in part.args]
        yield from (_minus(args[0], end) for end in ends if not _is_infinite(end))


def around(found: Sequence[Node], samples: Sequence[Sample], names: Sequence[str]) -> Iterator[Sample]:
    """Points at every place, a little before and behind it, and between neighbours; at most `MOST_POINTS`."""
    # With one name all lines are one.
    lines = [
        [sample.with_values({name: value}) for value in _along(found, sample, name)]
        for sample in (samples[:1] if len(names) == 1 else samples)
        for name in names[:MOST_NAMES]
    ]
    # One of each line in turn, so that none takes up all the room.
    in_turn = (point for row in zip_longest(*lines) for point in row if point is not None)
    yield from islice(in_turn, MOST_POINTS)


def patterns(sample: Sample, names: Sequence[str]) -> Iterator[Sample]:
    """Points with every combination of signs of some names, each with sizes from small to large."""
    random = Random(5)  # noqa: S311 - the sizes need not be secret
    few = [name for name in names if name not in sample.integers][:MOST_SIGNED]
    for signs in product((1, -1), repeat=len(few)) if len(few) > 1 else ():
        for sizes in (_SIZES[2:], _SIZES[1:2], _SIZES):
            changes = {}
            for name, sign in zip(few, signs, strict=True):
                domain = sample.symbols.table[name].domain
                size = random.choice(sizes) * random.randint(9, 23) / 16
                size = fmpq(size.ceil()) if domain == "integer" else size
                changes[name] = size if domain == "positive" else sign * size
            yield sample.with_values(changes)


def at(found: Sequence[Node], sample: Sample, names: Sequence[str]) -> Iterator[Sample]:
    """Points at the zeros of those parts that are polynomials along a name."""
    for name in names[:MOST_NAMES]:
        for part in found:
            polynomial = _polynomial(part, sample, name)
            for root in () if polynomial is None else _polynomial_roots(polynomial):
                yield sample.with_values({name: root})


def _along(found: Sequence[Node], sample: Sample, name: str) -> list[fmpq]:
    symbol = sample.symbols.table[name]
    places = sorted({root for part in found for root in roots(part, sample, name)})[:12]
    if not places:
        return []
    values: list[fmpq] = []
    for place in places:
        step = _TINY * (1 + abs(place))
        values += [place, place - step, place + step]
    values += [(a + b) / 2 for a, b in pairwise(places)]
    for reach in (fmpq(1, 2), fmpq(3), fmpq(40)):
        values += [places[0] - reach, places[-1] + reach]
    if symbol.domain == "positive":
        values = [value for value in values if value > 0]
    if symbol.domain == "integer":
        values = [fmpq(value.floor()) for value in values]
    return list(dict.fromkeys(values))


def roots(node: Node, sample: Sample, name: str) -> list[fmpq]:
    """The zeros of a part along one name: exact where they are rational, else near ones."""
    polynomial = _polynomial(node, sample, name)
    if polynomial is not None:
        return _polynomial_roots(polynomial)
    return _bisected(node, sample, name)


class _Polynomials(Rationals):
    """Rationals among which one name is the variable of a polynomial."""

    def is_zero(self, value: Scalar) -> bool:
        if isinstance(value, fmpq_poly):
            raise NotRational("divide")
        return bool(value == 0)

    def power(self, base: Scalar, exponent: Scalar) -> Scalar:
        if not isinstance(base, fmpq_poly):
            return super().power(base, exponent)
        if isinstance(exponent, fmpq_poly) or exponent.q != 1 or not 0 <= exponent <= 12:
            raise NotRational("power")
        return base ** int(exponent)


def _polynomial(node: Node, sample: Sample, name: str) -> fmpq_poly | None:
    values = Values(sample.symbols)
    values.update(sample.rational.values)
    for known in list(values):
        if sample.symbols.table[known].definition is not None:
            del values[known]
    values[name] = fmpq_poly([0, 1])
    integers = {key: value for key, value in sample.integers.items() if key != name}
    values.point = Point(_Polynomials(), values, integers)
    try:
        value = evaluate(node, values.point)
    except (NotRational, Undefined, Unclear, StudentError, KeyError, TypeError, ValueError, AttributeError):
        return None
    if is_matrix(value):
        return None
    return value if isinstance(value, fmpq_poly) else fmpq_poly([value])


def _polynomial_roots(polynomial: fmpq_poly) -> list[fmpq]:
    degree = polynomial.degree()
    if degree < 1 or degree > 12:
        return []
    if degree == 1:
        return [-polynomial[0] / polynomial[1]]
    found = []
    _, factors = polynomial.factor()
    for factor, _multiplicity in factors:
        if factor.degree() == 1:
            found.append(-factor[0] / factor[1])
            continue
        with ctx.workprec(64):
            complex_roots: Any = factor.complex_roots()
            for root, _count in complex_roots:
                if root.imag == 0 or (root.imag.contains(0) and abs(root.imag) < 1e-12):
                    found.append(_near(root.real))
    return found


def _near(value: Scalar) -> fmpq:
    mantissa, exponent = value.mid().man_exp()
    power = fmpq(2) ** int(exponent) if exponent >= 0 else 1 / fmpq(2) ** int(-exponent)
    exact = fmpq(mantissa) * power
    return fmpq((exact * 2**48).floor(), 2**48)


def _bisected(node: Node, sample: Sample, name: str) -> list[fmpq]:
    def sign(value: fmpq) -> int | None:
        try:
            with ctx.workprec(53):
                point = sample.with_values({name: value}).balls(plural=False)
                result = evaluate(node, point)
        except (Undefined, Unclear, StudentError, ZeroDivisionError, KeyError, AttributeError, TypeError):
            return None
        if is_matrix(result) or not hasattr(result, "is_integer"):
            return None
        return 1 if result > 0 else -1 if result < 0 else 0 if result.contains(0) else None

    found = []
    positive = sample.symbols.table[name].domain == "positive"
    grid = [value for value in _GRID if value > 0 or not positive]
    signs = [sign(value) for value in grid]
    for left, right, before, after in zip(grid, grid[1:], signs, signs[1:], strict=False):
        if before == 0:
            found.append(left)
        if before is None or after is None or before * after >= 0:
            continue
        low, high = left, right
        for _ in range(44):
            middle = (low + high) / 2
            here = sign(middle)
            if here is None or here == 0:
                low = high = middle
                break
            low, high = (middle, high) if here == before else (low, middle)
        simple = Fraction(int(low.p), int(low.q)).limit_denominator(720)
        short = fmpq(simple.numerator, simple.denominator)
        found.append(short if abs(short - low) < fmpq(1, 2**30) else low)
    return found


def free_scalars(symbols: Symbols, names: Sequence[str]) -> list[str]:
    """The scalars, except complex ones, that these names stand for or that stand in their definitions."""
    free: dict[str, None] = {}
    waiting = list(names)
    while waiting:
        symbol = symbols.table.get(waiting.pop(0))
        if symbol is None:
            continue
        if symbol.definition is not None:
            waiting.extend(sorted(names_in(symbol.definition)))
        elif symbol.shape == SCALAR and symbol.kind == "scalar" and symbol.domain != "complex":
            free.setdefault(symbol.name)
    return list(free)
