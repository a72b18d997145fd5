"""Formulas as quotients of polynomials over the rationals, with everything else in them as a generator.

`(x^2 - 1)/sqrt(x + 1)` is `(x^2 - 1)/g` with the generator `g = sqrt(x + 1)`. Quotients are never
reduced: where a denominator is zero the formula has no value, and that must not be lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from hashlib import blake2b
from math import comb, lcm
from typing import TYPE_CHECKING, NamedTuple

from grader.maths.sameness.realsets import Unsettled
from grader.maths.tree import Node, call, names_in, number

if TYPE_CHECKING:
    from flint import fmpq, fmpq_mpoly, fmpq_mpoly_ctx

MOST_TERMS = 3_000
MOST_BITS = 100_000  # of a number that is raised to a power; 2^2^2^... read from the left soon has more
MOST_DEGREE = 20_000  # of a single term; sparse polynomials such as x^6000 - 1 are no trouble
# Beyond these a polynomial, without the monomial that divides it, takes too long to be factored.
_FACTORED_DEGREE = 90
_FACTORED_BITS = 40_000
_RATIONAL = frozenset(("number", "decimal", "symbol", "negate", "sum", "product", "hadamard", "divide"))


class Ratio(NamedTuple):
    """A quotient of two polynomials of one ring; `below` is not zero."""

    above: fmpq_mpoly
    below: fmpq_mpoly


@dataclass(slots=True)
class Ring:
    """The polynomials in some generators: symbols first, then the sub-formulas that are not rational."""

    generators: dict[str, Node] = field(default_factory=dict)
    context: fmpq_mpoly_ctx | None = None
    keys: dict[Node, str] = field(default_factory=dict)
    _zero_one: tuple[fmpq_mpoly, fmpq_mpoly] | None = None

    @property
    def nodes(self) -> list[Node]:
        """The generators as formulas, in the order of the ring."""
        return list(self.generators.values())

    def index(self, name: str) -> int | None:
        """The position of a symbol among the generators, or None."""
        return next((k for k, node in enumerate(self.nodes) if node == Node("symbol", (), name)), None)

    def ratio(self, node: Node) -> Ratio:
        """A formula whose generators are in this ring, as a quotient.

        Raises:
            Unsettled: it is too large, or divides by zero everywhere.
        """
        return _ratio(_plain(node), self)

    def zero_one(self) -> tuple[fmpq_mpoly, fmpq_mpoly]:
        """The constants 0 and 1 of the ring."""
        if self._zero_one is None:
            assert self.context is not None
            self._zero_one = self.context.constant(0), self.context.constant(1)
        return self._zero_one


def ring(nodes: Iterable[Node]) -> Ring:
    """The ring that some scalar formulas live in.

    Raises:
        Unsettled: one of them is too large.
    """
    found = Ring()
    for node in nodes:
        _collect(_plain(node), found)
    ordered = sorted(found.generators.items(), key=lambda pair: (pair[1].op != "symbol", pair[0]))
    found.generators = dict(ordered)
    _close(found)
    return found


def _close(made: Ring) -> None:
    from flint import Ordering, fmpq_mpoly_ctx

    names = tuple(f"g{index}" for index in range(len(made.generators))) or ("g0",)
    made.context = fmpq_mpoly_ctx.get(names, Ordering.lex)


def whole_power(node: Node) -> int | None:
    """The exponent of a power with a plain whole exponent, else None."""
    if node.op != "power":
        return None
    exponent = node.args[1]
    sign = 1
    if exponent.op == "negate":
        exponent, sign = exponent.args[0], -1
    value = exponent.value
    if exponent.op == "number" and isinstance(value, Fraction) and value.denominator == 1:
        return sign * int(value)
    return None


def root_degree(node: Node) -> int | None:
    """2 for a square root, n for an n-th root with a plain n from 2 to 64; None for anything else."""
    if node.op != "call" or node.value not in (("root", 0), ("sqrt", 0)):
        return None
    degree = constant(node.args[1]) if len(node.args) == 2 else Fraction(2)
    return int(degree) if degree is not None and degree.denominator == 1 and 2 <= degree <= 64 else None


def constant(node: Node) -> Fraction | None:
    """The value of a formula of plain rational numbers, or None."""
    op, args = node.op, node.args
    if op == "number":
        assert isinstance(node.value, Fraction)
        return node.value
    if op == "decimal":
        return _decimal(str(node.value))
    if op == "negate":
        inner = constant(args[0])
        return None if inner is None else -inner
    if op == "divide":
        above, below = constant(args[0]), constant(args[1])
        return above / below if above is not None and below else None
    return None


def _decimal(digits: str) -> Fraction | None:
    exponent = digits.lower().partition("e")[2]
    if len(exponent) > 4:
        return None
    return Fraction(digits)


def _plain(node: Node) -> Node:
    """The same formula with one way of writing roots and exponentials: `e^u` is exp, `u^(p/q)` a root."""
    if node.op == "power":
        base, exponent = node.args
        if base == Node("constant", (), "e") and whole_power(node) is None:
            return _exponential(exponent)
        value, number_base = constant(exponent), constant(base)
        if value is None and number_base == 1:
            return number(1)
        if value is None and number_base is not None and number_base > 0:
            return _exponential(Node("product", (exponent, call("log", base))))
        if value is not None and 1 < value.denominator <= 64 and abs(value.numerator) <= 64:
            root = call("root", base, number(value.denominator))
            return Node("power", (root, number(value.numerator)))
    if node.op == "call":
        degree = root_degree(node)
        if degree is not None:
            return call("root", node.args[0], number(degree))
        if node.value == ("log", 0) and len(node.args) == 2:
            return Node("divide", (call("log", node.args[0]), call("log", node.args[1])))
        if node.value == ("exp", 0):
            return _exponential(node.args[0])
    return node


def _exponential(exponent: Node) -> Node:
    """exp of a sum as a product, of a multiple as a power: exp(2x - y) is exp(x)^2 exp(y)^-1."""
    op, args = exponent.op, exponent.args
    if constant(exponent) == 1:
        return Node("constant", (), "e")
    if op == "sum":
        return Node("product", tuple(map(_exponential, args)))
    if op == "negate":
        return Node("power", (_exponential(args[0]), number(-1)))
    if op == "product" and len(args) > 1:
        times = constant(args[0])
        if times is not None and times.denominator == 1 and 0 < abs(times) <= 1_000:
            rest = args[1] if len(args) == 2 else Node("product", args[1:])
            return Node("power", (_exponential(rest), number(times)))
    return call("exp", exponent)


def _is_rational(node: Node) -> bool:
    if node.op in _RATIONAL:
        return node.op != "decimal" or constant(node) is not None
    exponent = whole_power(node)
    return exponent is not None and abs(exponent) <= MOST_DEGREE and _terms(node) <= MOST_TERMS


def _terms(node: Node) -> int:
    """A bound on the number of terms once everything is multiplied out."""
    node = _plain(node)
    if node.op in ("sum", "divide"):
        return min(sum(_terms(arg) for arg in node.args), MOST_TERMS + 1)
    if node.op in ("product", "hadamard"):
        total = 1
        for arg in node.args:
            total = min(total * _terms(arg), MOST_TERMS + 1)
        return total
    if node.op == "negate":
        return _terms(node.args[0])
    exponent = whole_power(node)
    if exponent is not None:
        base = _terms(node.args[0])
        return min(comb(base + abs(exponent) - 1, base - 1), MOST_TERMS + 1) if base > 1 else 1
    return 1


def _collect(node: Node, into: Ring) -> None:
    if node.op == "symbol" or not _is_rational(node):
        into.generators.setdefault(_key(node, into), node)
        return
    for arg in node.args[:1] if node.op == "power" else node.args:
        _collect(_plain(arg), into)


def _key(node: Node, known: Ring) -> str:
    """A text that equal generators share: their arguments are compared as quotients in lowest terms."""
    if node not in known.keys:
        if node.op == "symbol":
            known.keys[node] = str(node.value)
        else:
            args = ", ".join(_argument(_plain(arg), known) for arg in node.args)
            known.keys[node] = _short(f"{node.op} {node.value} ({args})")
    return known.keys[node]


def _short(key: str) -> str:
    """A key of bounded length: those of nested formulas hold each other, and would double at each level."""
    return key if len(key) < 200 else blake2b(key.encode("utf-8", "replace")).hexdigest()


def _argument(node: Node, known: Ring) -> str:
    value = constant(node)
    if value is not None:
        return str(value)
    if not _is_rational(node):
        return _key(node, known)
    inner = Ring(keys=known.keys)
    _collect(node, inner)
    inner.generators = dict(sorted(inner.generators.items()))
    _close(inner)
    try:
        above, below = _ratio(node, inner)
    except Unsettled:
        return repr(node)
    common = above.gcd(below)
    scale = below.leading_coefficient() / common.leading_coefficient()
    above, below = above / common / scale, below / common / scale
    return f"{above} / {below} in {list(inner.generators)}"


def _ratio(node: Node, within: Ring) -> Ratio:
    zero, one = within.zero_one()
    assert within.context is not None
    op, args = node.op, node.args
    value = constant(node) if op in ("number", "decimal") else None
    if value is not None:
        from flint import fmpq

        return Ratio(within.context.constant(fmpq(value.numerator, value.denominator)), one)
    if op == "symbol" or not _is_rational(node):
        key = _key(node, within)
        if key not in within.generators:
            raise Unsettled("a formula that is not in this ring")
        return Ratio(within.context.gen(list(within.generators).index(key)), one)
    if op == "negate":
        above, below = within.ratio(args[0])
        return Ratio(-above, below)
    if op == "sum":
        total = within.ratio(args[0]) if args else Ratio(zero, one)
        for arg in args[1:]:
            total = _added(total, within.ratio(arg))
        return total
    if op in ("product", "hadamard"):
        total = within.ratio(args[0]) if args else Ratio(one, one)
        for arg in args[1:]:
            right = within.ratio(arg)
            total = Ratio(_times(total.above, right.above), _times(total.below, right.below))
        return total
    if op == "divide":
        left, right = within.ratio(args[0]), within.ratio(args[1])
        if right.above.is_zero():
            raise Unsettled("a division by zero")
        # A denominator of a denominator stays a denominator: 1/(1/x) has no value at 0.
        below = _times(left.below, right.above)
        return Ratio(_times(_times(left.above, right.below), right.below), _times(below, right.below))
    exponent = whole_power(node)
    assert exponent is not None
    above, below = within.ratio(args[0])
    if exponent == 0:
        return Ratio(below, below)  # 1, but with no value where the base has none
    if exponent < 0:
        if above.is_zero():
            raise Unsettled("a division by zero")
        above, below = _times(below, below), _times(above, below)
    return Ratio(_power(above, abs(exponent)), _power(below, abs(exponent)))


def _added(one: Ratio, other: Ratio) -> Ratio:
    if one.below == other.below:
        return Ratio(one.above + other.above, one.below)
    common = one.below.gcd(other.below)
    left, right = one.below / common, other.below / common
    return Ratio(_times(one.above, right) + _times(other.above, left), _times(one.below, right))


def _times(one: fmpq_mpoly, other: fmpq_mpoly) -> fmpq_mpoly:
    if len(one) * len(other) > 20 * MOST_TERMS:
        raise Unsettled("a formula with too many terms")
    return one * other


def _power(base: fmpq_mpoly, exponent: int) -> fmpq_mpoly:
    terms = len(base)
    if terms > 1 and comb(terms + exponent - 1, terms - 1) > 20 * MOST_TERMS:
        raise Unsettled("a formula with too many terms")
    if exponent * max((_bits(value) for value in base.coeffs()), default=0) > MOST_BITS:
        raise Unsettled("a formula with too large numbers")
    return base**exponent


def _bits(value: fmpq) -> int:
    return max(int(value.p).bit_length(), int(value.q).bit_length())


def as_node(polynomial: fmpq_mpoly, within: Ring) -> Node:
    """A polynomial as a formula in the generators of its ring."""
    nodes = within.nodes
    terms = []
    for powers, value in polynomial.to_dict().items():
        parts = [] if value == 1 and any(powers) else [number(Fraction(int(value.p), int(value.q)))]
        for generator, power in zip(nodes, powers, strict=False):
            if power:
                parts.append(generator if power == 1 else Node("power", (generator, number(int(power)))))
        terms.append(Node("product", tuple(parts)) if len(parts) > 1 else parts[0])
    return Node("sum", tuple(terms)) if len(terms) > 1 else terms[0] if terms else number(0)


def square_root(node: Node) -> Node | None:
    """A formula whose square is the given one, where that is a square of a quotient of polynomials."""
    from flint.utils.flint_exceptions import DomainError

    within = ring([node])
    above, below = within.ratio(node)
    try:
        return Node("divide", (as_node(above.sqrt(), within), as_node(below.sqrt(), within)))
    except DomainError:
        return None


def factors(polynomial: fmpq_mpoly) -> tuple[int, list[tuple[fmpq_mpoly, int]]]:
    """The sign of the unit, and the irreducible factors (first coefficient 1) with their powers.

    Raises:
        Unsettled: the polynomial is too large to be factored quickly.
    """
    total = int(polynomial.total_degree())
    if total < 2 and not polynomial.is_zero():
        # A number, or linear: nothing to factor.
        first = polynomial.leading_coefficient()
        return (1 if first > 0 else -1), [(polynomial / first, 1)] * total
    content = polynomial.term_content()
    core = polynomial / content
    degree = int(core.total_degree())
    bits = max((_bits(value) for value in core.coeffs()), default=0)
    several = sum(1 for power in core.degrees() if power) > 1
    most = _FACTORED_DEGREE // 3 if several else _FACTORED_DEGREE
    if degree > most or bits * degree > _FACTORED_BITS:
        raise Unsettled("the factors of a polynomial of a high degree")
    unit, found = core.factor()
    unit_content, monomial = content.factor()
    unit, found = unit * unit_content, [*found, *monomial]
    sign = (unit > 0) - (unit < 0)
    factored = []
    for factor, power in found:
        if factor.leading_coefficient() < 0:
            factor, sign = -factor, sign * (-1) ** int(power)
        factored.append((factor / abs(factor.leading_coefficient()), int(power)))
    return sign, factored


def univariate(polynomial: fmpq_mpoly, index: int) -> tuple[int, ...] | None:
    """The integer coefficients of a polynomial in the `index`-th generator alone, from the constant on."""
    coefficients: dict[int, Fraction] = {}
    for powers, value in polynomial.to_dict().items():
        if any(power for k, power in enumerate(powers) if k != index):
            return None
        coefficients[int(powers[index])] = Fraction(int(value.p), int(value.q))
    if not coefficients:
        return ()
    if max(coefficients) > MOST_DEGREE:
        return None
    common = lcm(*(one.denominator for one in coefficients.values()))
    return tuple(int(coefficients.get(power, Fraction(0)) * common) for power in range(max(coefficients) + 1))


def free_names(nodes: Sequence[Node]) -> list[str]:
    """The names of all free symbols of some formulas, sorted."""
    return sorted(frozenset().union(*map(names_in, nodes)))
