"""The exact solution set of a condition in one real variable, from signs between isolated critical points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

from grader.maths.sameness.conditions import Atom, Condition, Truth, by_sign, condition, is_condition, truth
from grader.maths.sameness.polynomials import (
    Ring,
    as_node,
    factors,
    ring,
    root_degree,
    square_root,
    univariate,
    whole_power,
)
from grader.maths.sameness.realsets import (
    PRECISIONS,
    End,
    RealSet,
    Unsettled,
    between,
    compare_ends,
    in_order,
    intersection,
    interval,
    normal_form,
    roots_of,
)
from grader.maths.sameness.signs import NoValue, ball_value, sign_at
from grader.maths.tree import Node, call, names_in, number
from grader.maths.values.exact import exact

if TYPE_CHECKING:
    from flint import arb, arb_poly, fmpq_mpoly

_MOST_POINTS = 200
_SMOOTH = frozenset(("exp", "sin", "cos", "sinh", "cosh", "tanh", "arctan", "arcsinh", "logistic", "erf"))
_FOLDED = frozenset(("abs", "sign", "relu", "max", "min", "heaviside"))


def solve(of: Condition, name: str, domain: str = "real") -> RealSet:
    """The real numbers for which a condition in one variable holds.

    Raises:
        Unsettled: its critical points cannot all be found.
    """
    rational = {atom: quotient(atom.formula, name) for atom in of.atoms if atom.sign != "letter"}
    ends = in_order(end for atom in rational for end in _ends(atom.formula, rational[atom], name))
    if len(ends) > _MOST_POINTS:
        raise Unsettled("a condition with too many critical points")

    # What the variable does not stand in has one sign everywhere.
    fixed: dict[Atom, int | None] = {}

    def sign_of(atom: Atom, end: End) -> int | None:
        exact = rational.get(atom)
        if exact is not None:
            return exact.sign_at(end)
        if atom not in fixed:
            sign = sign_at(atom.formula, {name: end})
            if name in names_in(atom.formula):
                return sign
            fixed[atom] = sign
        return fixed[atom]

    def holds(end: End) -> bool:
        def known(atom: Atom) -> Truth:
            sign = sign_of(atom, end)
            return None if sign is None else by_sign(atom.sign, sign)

        return bool(truth(of, known))

    at = [holds(end) for end in ends]
    gaps = [holds(End(between(low, high))) for low, high in pairwise((None, *ends, None))]
    found = normal_form(ends, at, gaps)
    if domain == "positive":
        return intersection(found, interval(End(Fraction(0)), None, (False, False)))
    return found


def _ends(formula: Node, exact: Quotient | None, name: str) -> list[End]:
    return breakpoints(formula, name) if exact is None else exact.breakpoints()


@dataclass(frozen=True, slots=True)
class Quotient:
    """A quotient of polynomials in one variable by its irreducible factors; everything about it is exact."""

    unit: int
    above: tuple[tuple[tuple[int, ...], int], ...]
    below: tuple[tuple[tuple[int, ...], int], ...]

    def breakpoints(self) -> list[End]:
        """The real zeros above and below."""
        return [root for factor, _ in (*self.above, *self.below) for root in roots_of(factor)]

    def sign_at(self, end: End) -> int | None:
        """The sign at a number, or None where this divides by zero."""
        sign = self.unit
        for factor, power in self.below:
            found = sign_of_polynomial(factor, end)
            if not found:
                return None
            sign *= found ** (power % 2 or 2)
        for factor, power in self.above:
            sign *= sign_of_polynomial(factor, end) ** (power % 2 or 2)
        return sign


def quotient(node: Node, name: str) -> Quotient | None:
    """A formula in one variable as a quotient of polynomials with rational coefficients, if it is one."""
    linear = _difference(node, name)
    if linear is not None:
        return linear
    if names_in(node) - {name}:
        return None
    within = ring([node])
    if any(generator.op != "symbol" for generator in within.nodes):
        return None
    ratio = within.ratio(node)
    parts = []
    unit = 1 if not ratio.above.is_zero() else 0
    for polynomial in ratio:
        found = []
        if not polynomial.is_zero():
            sign, factored = factors(polynomial)
            unit *= sign
            for factor, power in factored:
                coefficients = univariate(factor, 0)
                if coefficients is None:
                    return None
                found.append((coefficients, power))
        parts.append(tuple(found))
    return Quotient(unit, parts[0], parts[1])


def _difference(node: Node, name: str) -> Quotient | None:
    """The variable itself, or its difference from a rational number: most ends of sets are no more."""
    if node.op == "symbol" and node.value == name:
        return Quotient(1, (((0, 1), 1),), ())
    if node.op != "sum" or len(node.args) != 2 or node.args[1].op != "negate":
        return None
    left, right = node.args[0], node.args[1].args[0]
    if left.op == "symbol" and left.value == name:
        value, sign = exact(right, {}), 1
    elif right.op == "symbol" and right.value == name:
        value, sign = exact(left, {}), -1
    else:
        return None
    return None if value is None else Quotient(sign, (((-value.numerator, value.denominator), 1),), ())


def sign_of_polynomial(coefficients: tuple[int, ...], end: End) -> int:
    """The sign of an irreducible polynomial at a number."""
    if end.root is not None and end.root[0] == coefficients:
        return 0
    if end.fraction is not None and len(coefficients) == 2:
        exact = coefficients[0] * end.fraction.denominator + coefficients[1] * end.fraction.numerator
        return (exact > 0) - (exact < 0)
    from flint import ctx, fmpz_poly

    for precision in (*PRECISIONS, 4 * PRECISIONS[-1]):
        ball = end.ball(precision)
        with ctx.workprec(precision):
            value = fmpz_poly(list(coefficients))(ball)
        if value > 0 or value < 0:
            return 1 if value > 0 else -1
    if end.exact:
        raise Unsettled("the sign of a value that is not known precisely")
    return 0


def truth_at(of: Condition, point: Mapping[str, End]) -> Truth:
    """Whether a condition holds at a point; None where it hangs on something without a value."""

    def holds(atom: Atom) -> Truth:
        if atom.sign == "letter":
            raise Unsettled("a letter among numbers")
        sign = sign_at(atom.formula, point)
        return None if sign is None else by_sign(atom.sign, sign)

    return truth(of, holds)


# --- critical points -------------------------------------------------------------------------------


def breakpoints(node: Node, name: str, depth: int = 0) -> list[End]:
    """Numbers between which a formula in one variable has one sign, or no value.

    Raises:
        Unsettled: they cannot all be found.
    """
    if name not in names_in(node):
        return []
    if depth > 8:
        raise Unsettled("a formula that is nested too deeply")
    kinks = in_order(_kinks(node, name, depth))
    walls = (None, *kinks, None)
    found = list(kinks)
    for low, high in pairwise(walls):
        smooth = _unfold(node, name, End(between(low, high)))
        for end in _roots(smooth, name, depth):
            above = low is None or compare_ends(low, end) < 0
            if above and (high is None or compare_ends(end, high) < 0):
                found.append(end)
    return found


def _kinks(node: Node, name: str, depth: int) -> Iterator[End]:
    """Where a part of a formula changes its branch, starts or stops to have a value."""
    if name not in names_in(node):
        return
    op, args = node.op, node.args
    if op in ("cases", "indicator"):
        for arg in args:
            if is_condition(arg):
                for atom in condition(arg).atoms:
                    yield from breakpoints(atom.formula, name, depth + 1)
            else:
                yield from _kinks(arg, name, depth)
        return
    for arg in args:
        yield from _kinks(arg, name, depth)
    if op == "divide":
        yield from breakpoints(args[1], name, depth + 1)
    elif op == "power":
        exponent = whole_power(node)
        if exponent is None or exponent < 0:
            yield from breakpoints(args[0], name, depth + 1)
    elif op == "call":
        function = node.value[0] if isinstance(node.value, tuple) else ""
        if function in ("max", "min"):
            for k, one in enumerate(args):
                for other in args[:k]:
                    yield from breakpoints(Node("sum", (one, Node("negate", (other,)))), name, depth + 1)
        elif function in ("abs", "sign", "relu", "heaviside", "sqrt", "root", "log"):
            yield from breakpoints(args[0], name, depth + 1)
            if function == "log" and len(args) == 2 and name in names_in(args[1]):
                raise Unsettled("a logarithm to a variable base")
        elif function in ("arcsin", "arccos"):
            for sign in (1, -1):
                yield from breakpoints(Node("sum", (args[0], number(sign))), name, depth + 1)
        elif function not in _SMOOTH or node.value != (function, 0):
            raise Unsettled(f"the function {function}")
    elif op not in ("sum", "product", "hadamard", "negate", "symbol"):
        raise Unsettled(f"a formula with {op}")


def _unfold(node: Node, name: str, sample: End) -> Node:
    """The formula with the branches of absolute values, maxima and cases that hold around a point."""
    if name not in names_in(node):
        return node
    point = {name: sample}
    if node.op == "cases":
        for value, test in zip(node.args[::2], node.args[1::2], strict=False):
            if truth_at(condition(test), point):
                return _unfold(value, name, sample)
        return (
            _unfold(node.args[-1], name, sample) if len(node.args) % 2 else Node("constant", (), "undefined")
        )
    if node.op == "indicator":
        return number(int(bool(truth_at(condition(node.args[0]), point))))
    args = tuple(_unfold(arg, name, sample) for arg in node.args)
    if root_degree(node) == 2:
        # sqrt(v^2) is v or -v, whichever is positive here.
        half = square_root(args[0])
        if half is not None:
            return half if (sign_at(half, point) or 0) > 0 else Node("negate", (half,))
    function = node.value[0] if node.op == "call" and isinstance(node.value, tuple) else ""
    if function not in _FOLDED or node.value != (function, 0):
        return Node(node.op, args, node.value)
    if function in ("max", "min"):
        best = args[0]
        for arg in args[1:]:
            sign = sign_at(Node("sum", (arg, Node("negate", (best,)))), point) or 0
            best = arg if (sign > 0) == (function == "max") and sign else best
        return best
    sign = sign_at(args[0], point) or 0
    if function == "abs":
        return args[0] if sign > 0 else Node("negate", args)
    if function == "relu":
        return args[0] if sign > 0 else number(0)
    return number(sign if function == "sign" else int(sign > 0))


# --- roots of smooth formulas ----------------------------------------------------------------------


def _roots(node: Node, name: str, depth: int) -> list[End]:
    """Numbers among which are all real zeros of a formula, and of its denominators."""
    if name not in names_in(node):
        return []
    within, defined = _closed_ring([node], name)
    ratio = within.ratio(node)
    if ratio.above.is_zero():
        return _roots_of_polynomial(ratio.below, within, defined, name, depth)
    return [
        *_roots_of_polynomial(ratio.above, within, defined, name, depth),
        *_roots_of_polynomial(ratio.below, within, defined, name, depth),
    ]


def _closed_ring(nodes: Sequence[Node], name: str) -> tuple[Ring, list[Node]]:
    """A ring that has the radicands of its roots too, and those roots, outermost first."""
    nodes = list(nodes)
    while True:
        found = ring(nodes)
        roots = [node for node in found.nodes if root_degree(node)]
        missing = [root.args[0] for root in roots if root.args[0] not in nodes]
        if not missing:
            break
        nodes.extend(missing)
        if len(nodes) > 12:
            raise Unsettled("a formula with too many roots")
    roots.sort(key=_height, reverse=True)
    return found, roots


def _height(node: Node) -> int:
    return 1 + max((_height(arg) for arg in node.args), default=0)


def _roots_of_polynomial(
    polynomial: fmpq_mpoly, within: Ring, roots: Sequence[Node], name: str, depth: int
) -> list[End]:
    found: list[End] = []
    for factor, _ in factors(polynomial)[1]:
        # A factor that is a root itself is zero where its radicand is, and that is a kink already.
        found.extend(_roots_of_factor(factor, within, roots, name, depth))
    return found


def _roots_of_factor(
    factor: fmpq_mpoly, within: Ring, roots: Sequence[Node], name: str, depth: int
) -> list[End]:
    index = within.index(name)
    used = _used(factor)
    for root in roots:
        place = within.nodes.index(root)
        if place not in used:
            continue
        above, below = within.ratio(root.args[0])
        degree = root_degree(root)
        assert within.context is not None
        assert degree is not None
        if degree > 12:
            raise Unsettled("a root of a high degree")
        relation = within.context.gen(place) ** degree * below - above
        factor = factor.resultant(relation, f"g{place}")
        if factor.is_zero():
            raise Unsettled("a root that is rational in disguise")
        used = _used(factor)
    moving = [k for k in used if k != index and name in names_in(within.nodes[k])]
    if not moving:
        if index is None or index not in used:
            return []
        found: list[End] = []
        for part, _ in factors(factor)[1]:
            coefficients = univariate(part, index)
            if coefficients is not None:
                found.extend(roots_of(coefficients) if len(coefficients) > 1 else [])
            elif index in _used(part):
                found.extend(_ball_roots(part, within, index))
        return found
    if len(moving) == 1 and (index is None or index not in used):
        return _inverted(factor, within, moving[0], name, depth)
    raise Unsettled("the zeros of a formula with several functions")


def _used(polynomial: fmpq_mpoly) -> set[int]:
    return {k for powers in polynomial.monoms() for k, power in enumerate(powers) if power}


def _ball_roots(polynomial: fmpq_mpoly, within: Ring, index: int) -> list[End]:
    """The real roots in one generator of an irreducible polynomial whose other generators are constants."""

    def at(precision: int) -> list[arb]:
        return _numeric_roots(polynomial, within, index, precision)

    count = len(at(PRECISIONS[1]))
    return [End(refine=_nth(polynomial, within, index, k, count)) for k in range(count)]


def _nth(polynomial: fmpq_mpoly, within: Ring, index: int, k: int, count: int):  # type: ignore[no-untyped-def]
    known: dict[int, arb] = {}

    def refine(precision: int) -> arb:
        if precision not in known:
            roots = _numeric_roots(polynomial, within, index, max(precision, PRECISIONS[1]))
            if len(roots) != count:
                raise Unsettled("roots that are too close together")
            known[precision] = roots[k]
        return known[precision]

    return refine


def _numeric_roots(polynomial: fmpq_mpoly, within: Ring, index: int, precision: int) -> list[arb]:
    from flint import acb_poly, arb, arb_poly, ctx

    degree = int(polynomial.degrees()[index])
    if degree > 30:
        raise Unsettled("a polynomial of a high degree with irrational coefficients")
    nodes = within.nodes
    values = {}
    for k in _used(polynomial) - {index}:
        try:
            values[k] = ball_value(nodes[k], {}, precision + 64)
        except NoValue:
            return []
        if values[k] is None:
            raise Unsettled("a constant that is not known precisely")
    with ctx.workprec(precision + 64):
        coefficients = [arb(0)] * (degree + 1)
        for powers, value in polynomial.to_dict().items():
            term = arb(value)
            for k, power in enumerate(powers):
                if power and k != index:
                    term = term * values[k] ** int(power)
            coefficients[int(powers[index])] += term
        if coefficients[-1].contains(0):
            raise Unsettled("a coefficient that may be zero")
        if degree == 1:
            return [-coefficients[0] / coefficients[1]]
        try:
            roots = acb_poly(coefficients).complex_roots()
        except ValueError:
            raise Unsettled("roots that are too close together") from None
        real = sorted((root.real for root in roots if root.imag.contains(0)), key=lambda root: root.mid())
        return [_newton(arb_poly(coefficients), root) for root in real]


def _newton(polynomial: arb_poly, root: arb) -> arb:
    """A narrow enclosure of the one root in an interval, by the interval Newton method.

    Raises:
        Unsettled: no step is a contraction, so there may be no real root.
    """
    from flint import arb

    slope = polynomial.derivative()
    proved = False
    for _ in range(60):
        middle = root.mid()
        step: arb = middle - polynomial(middle) / slope(root)
        if not step.is_finite() or not step.overlaps(root):
            break
        proved = proved or bool(root.contains_interior(step))
        narrower = step.intersection(root)
        if proved and not narrower.rad() < root.rad() * arb(0.9):
            return narrower
        root = narrower
    raise Unsettled("roots that are too close together")


def _inverted(factor: fmpq_mpoly, within: Ring, place: int, name: str, depth: int) -> list[End]:
    """The zeros of a polynomial in one function: its roots first, then where the function takes them."""
    node = within.nodes[place]
    function = node.value[0] if node.op == "call" and isinstance(node.value, tuple) else ""
    found: list[End] = []
    for part, _ in factors(factor)[1]:
        value = _linear_zero(part, within, place)
        if function not in ("exp", "log") or len(node.args) != 1:
            raise Unsettled(f"where {function} takes a value")
        if function == "exp" and not (sign_at(value, {}) or 0) > 0:
            continue
        target = call("log" if function == "exp" else "exp", value)
        found.extend(breakpoints(Node("sum", (node.args[0], Node("negate", (target,)))), name, depth + 1))
    return found


def _linear_zero(part: fmpq_mpoly, within: Ring, place: int) -> Node:
    """Where a polynomial that is linear in one generator is zero; its other generators are constants."""
    coefficients = [part.context().constant(0), part.context().constant(0)]
    for powers, value in part.to_dict().items():
        if powers[place] > 1:
            raise Unsettled("a function at irrational values")
        rest = tuple(0 if k == place else power for k, power in enumerate(powers))
        coefficients[powers[place]] += part.context().from_dict({rest: value})
    low, high = coefficients
    if low.is_constant() and high.is_constant():
        if low.is_zero():
            return number(0)
        exact = -low.leading_coefficient() / high.leading_coefficient()
        return number(Fraction(int(exact.p), int(exact.q)))
    return Node("divide", (Node("negate", (as_node(low, within),)), as_node(high, within)))
