"""Whether two conditions hold at the same points, by the signs that the factors of both can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import TYPE_CHECKING

from grader.maths.names import Symbols
from grader.maths.sameness.conditions import Atom, Condition, Truth, by_sign, truth
from grader.maths.sameness.polynomials import Ring, as_node, constant, factors, ring, root_degree, univariate
from grader.maths.sameness.realsets import MOST_DEGREE, Unsettled, real_roots
from grader.maths.sameness.signs import NoValue, ball_value, sign_at
from grader.maths.sameness.systems import definitions, vanishes
from grader.maths.tree import Node, names_in, walk

if TYPE_CHECKING:
    from flint import fmpq_mpoly

Signs = tuple[int, ...]
_ANY: Signs = (-1, 0, 1)
_MOST_ROWS = 3_000
_MOST_CHECKS = 12  # of factors that may be zero at once
# Functions that have no real value everywhere.
_PARTIAL = frozenset(
    (
        "log sqrt root tan sec csc cot csch coth arcsin arccos arcsec arccsc arccot arccosh arctanh "
        "gamma factorial binomial"
    ).split()
)


@dataclass(frozen=True, slots=True)
class _Factored:
    """An atom by its factors: the sign of the unit, the powers of the factors, the factors below."""

    unit: int
    above: Mapping[int, int]
    below: Mapping[int, int]
    partial: frozenset[str]


class Table:
    """The factors of all atoms of some conditions, and the signs that each of them can have."""

    def __init__(self, conditions: Sequence[Condition], symbols: Symbols, *, complex_values: bool) -> None:
        self.symbols, self.complex_values = symbols, complex_values
        atoms = list(dict.fromkeys(atom for one in conditions for atom in one.atoms))
        self.letters = sorted({str(atom.formula.value) for atom in atoms if atom.sign == "letter"})
        relations = [atom for atom in atoms if atom.sign != "letter"]
        if complex_values and any(atom.sign not in ("=", "!=") for atom in relations):
            raise Unsettled("an order of complex numbers")
        self.ring: Ring = ring([atom.formula for atom in relations])
        self.factors: list[fmpq_mpoly] = []
        self._places: dict[str, int] = {}
        self.atoms = {atom: self._factored(atom) for atom in relations}
        self.partial = sorted(frozenset().union(*(one.partial for one in self.atoms.values())))

    def _factored(self, atom: Atom) -> _Factored:
        above, below = self.ring.ratio(atom.formula)
        partial = self._partial(atom.formula)
        unit, powers = self._places_of(above)
        unit_below, powers_below = self._places_of(below)
        return _Factored(unit * unit_below, powers, powers_below, partial)

    def _places_of(self, polynomial: fmpq_mpoly) -> tuple[int, dict[int, int]]:
        if polynomial.is_zero():
            return 0, {}
        unit, found = factors(polynomial)
        powers: dict[int, int] = {}
        for factor, power in found:
            key = str(factor)  # FLINT's polynomials have no hash
            if key not in self._places:
                self._places[key] = len(self.factors)
                self.factors.append(factor)
            powers[self._places[key]] = power
        return unit, powers

    def _partial(self, formula: Node) -> frozenset[str]:
        """The sub-formulas that need not have a value; equal ones are one."""
        found = set()
        for node in walk(formula):
            name = node.value[0] if node.op == "call" and isinstance(node.value, tuple) else ""
            risky = name in _PARTIAL or node.op in ("limit", "integral", "entry", "cases")
            if node.op == "power" and constant(node.args[1]) is None:
                # A positive number has every power.
                base = constant(node.args[0])
                risky = risky or not (
                    node.args[0] == Node("constant", (), "e") or (base is not None and base > 0)
                )
            if node.op == "power":
                exponent = constant(node.args[1])
                risky = risky or (exponent is not None and exponent.denominator > 1)
            if node.op == "divide" and not any(node is one for one in _rational_parts(formula)):
                risky = True  # a denominator inside a function
            if risky and (names_in(node) or not _has_value(node)):
                found.add(self._text(node))
        return frozenset(found)

    def _text(self, node: Node) -> str:
        return " ".join(ring([node]).generators)

    def same_poles(self, one: Atom, other: Atom) -> bool:
        """Whether two atoms have no value at the same points, as far as can be told."""
        left, right = self.atoms[one], self.atoms[other]
        return left.below.keys() == right.below.keys() and left.partial == right.partial

    def algebraic(self) -> bool:
        """Whether all generators are names, i, and at most one root of a rational number that is no power."""
        roots = [node for node in self.ring.nodes if node.op == "call"]
        others = [node for node in self.ring.nodes if node.op not in ("call", "symbol")]
        if len(roots) > 1 or self.partial or any(node != Node("constant", (), "i") for node in others):
            return False
        return all(_irreducible(root) for root in roots)

    def rows(self) -> Iterator[tuple[Mapping[str, bool], Signs, Mapping[str, bool]]]:
        """Every combination of letters, signs of factors and defined parts that cannot be ruled out.

        Raises:
            Unsettled: there are too many.
        """
        signs = [self.signs_of(factor) for factor in self.factors]
        size = 2 ** (len(self.letters) + len(self.partial))
        for one in signs:
            size *= len(one)
        if size > _MOST_ROWS:
            raise Unsettled("a condition with too many factors")
        for letters in product((True, False), repeat=len(self.letters)):
            for defined in product((True, False), repeat=len(self.partial)):
                for row in product(*signs):
                    yield (
                        dict(zip(self.letters, letters, strict=True)),
                        row,
                        dict(zip(self.partial, defined, strict=True)),
                    )

    def holds(self, atom: Atom, row: tuple[Mapping[str, bool], Signs, Mapping[str, bool]]) -> Truth:
        """Whether an atom holds in a row; None where it has no value."""
        letters, signs, defined = row
        if atom.sign == "letter":
            return letters[str(atom.formula.value)]
        found = self.atoms[atom]
        for part in found.partial:
            if not defined[part]:
                return None
        value = found.unit
        for place, power in found.below.items():
            if signs[place] == 0:
                return None
            if power % 2:
                value *= signs[place]
        for place, power in found.above.items():
            if power % 2 or not signs[place]:
                value *= signs[place]
        return by_sign(atom.sign, value)

    def signs_of(self, factor: fmpq_mpoly) -> Signs:
        """The signs that a factor can have; 0 and 1 stand for zero and not zero of complex numbers."""
        nodes = self.ring.nodes
        used = {k for powers in factor.monoms() for k, power in enumerate(powers) if power}
        if self.complex_values:
            # exp is never zero, and a sole generator has no other factors.
            exponential = len(factor) == 1 and all(nodes[k].value == ("exp", 0) for k in used)
            return (1,) if exponential else (0, 1)
        if len(used) == 1:
            (place,) = used
            coefficients = univariate(factor, place)
            known = _known_signs(nodes[place], self.symbols)
            if coefficients and len(coefficients) - 1 <= MOST_DEGREE:
                roots = real_roots(coefficients, 64)
                reached = [root for root in roots if (-1 if root < 0 else 1 if root > 0 else 0) in known]
                if not reached:
                    # Without a zero the sign at one point is the sign everywhere.
                    at = known[0] if len(known) == 1 else 1
                    value = sum(one * at**power for power, one in enumerate(coefficients))
                    return (1 if value > 0 else -1,)
        terms = []
        for powers, value in factor.to_dict().items():
            signs: frozenset[int] = frozenset((1 if value > 0 else -1,))
            for place, power in enumerate(powers):
                if power:
                    known = _known_signs(nodes[place], self.symbols)
                    signs = frozenset(a * b ** (int(power) % 2 or 2) for a in signs for b in known)
            terms.append(signs)
        for sign in (1, -1):
            if all(one <= {0, sign} for one in terms):
                return (sign,) if any(one == {sign} for one in terms) else (0, sign)
        return _definite(factor, used) or _ANY


def _irreducible(root: Node) -> bool:
    """Whether a root of a positive number is of the degree that is written."""
    from flint import fmpz_poly

    inside, degree = constant(root.args[0]) if root.args else None, root_degree(root)
    if inside is None or inside <= 0 or degree not in (2, 3):
        return False
    polynomial = fmpz_poly([-inside.numerator, *([0] * (degree - 1)), inside.denominator])
    return len(polynomial.factor()[1]) == 1


def _rational_parts(formula: Node) -> Iterator[Node]:
    """The sub-formulas that sums, products, quotients and powers alone lead to."""
    stack = [formula]
    while stack:
        node = stack.pop()
        yield node
        if node.op in ("sum", "product", "divide", "negate", "hadamard"):
            stack.extend(node.args)
        elif node.op == "power":
            stack.append(node.args[0])


def _has_value(node: Node) -> bool:
    try:
        return ball_value(node, {}, 256) is not None
    except (NoValue, Unsettled):
        return False


def _known_signs(node: Node, symbols: Symbols) -> Signs:
    """The signs that a generator can have."""
    if node.op == "symbol":
        found = symbols.table.get(str(node.value))
        return (1,) if found is not None and found.domain == "positive" else _ANY
    if not names_in(node):
        try:
            sign = sign_at(node, {})
        except Unsettled:
            return _ANY
        return _ANY if sign is None else (sign,)
    name = node.value[0] if node.op == "call" and isinstance(node.value, tuple) and not node.value[1] else ""
    if name in ("exp", "cosh", "logistic"):
        return (1,)
    if name in ("abs", "relu", "sqrt", "norm"):
        return (0, 1)
    if name == "root":
        degree = root_degree(node)
        inside = _known_signs(node.args[0], symbols)
        if inside == (1,):
            return (1,)
        return (0, 1) if degree is not None and degree % 2 == 0 else _ANY
    return _ANY


def _definite(factor: fmpq_mpoly, used: set[int]) -> Signs | None:
    """The signs of a polynomial of degree 2 that never changes its sign, by completing squares."""
    if int(factor.total_degree()) != 2:
        return None
    order = sorted(used)
    size = len(order) + 1
    matrix = [[Fraction(0)] * size for _ in range(size)]
    for powers, value in factor.to_dict().items():
        exact = Fraction(int(value.p), int(value.q))
        places = [order.index(k) + 1 for k, power in enumerate(powers) for _ in range(int(power))]
        row, column = [0, 0, *places][-2:]
        matrix[row][column] += exact / 2
        matrix[column][row] += exact / 2
    sign = 1 if max(matrix[k][k] for k in range(size)) > 0 else -1
    matrix = [[sign * value for value in row] for row in matrix]
    # Eliminate the unknowns first, so that what is left of the constant says whether zero is reached.
    for pivot in range(size - 1, 0, -1):
        if matrix[pivot][pivot] < 0:
            return None
        if matrix[pivot][pivot] == 0:
            if any(matrix[pivot][k] for k in range(pivot)):
                return None
            continue
        for row in range(pivot):
            times = matrix[row][pivot] / matrix[pivot][pivot]
            for column in range(size):
                matrix[row][column] -= times * matrix[pivot][column]
    rest = matrix[0][0]
    return None if rest < 0 else (sign,) if rest > 0 else tuple(sorted((0, sign)))


@dataclass(frozen=True, slots=True)
class Rows:
    """How many rows tell two conditions apart, and in how many of them nothing divides by zero."""

    different: int
    away_from_poles: int
    lost: bool  # one divides by what makes the other true, so that more than single points is lost
    proved: bool  # complex numbers that make such a row are proved to exist


def compare_rows(one: Condition, other: Condition, table: Table) -> Rows:
    """How many rows of a table tell two conditions apart."""
    feasible: dict[frozenset[int], bool | None] = {}
    proved = False
    poles = sorted({place for found in table.atoms.values() for place in found.below})
    different = away = 0
    atoms = list(dict.fromkeys((*one.atoms, *other.atoms)))
    told_apart: dict[tuple[Truth, ...], bool] = {}
    for row in table.rows():
        # Many rows make the same atoms true.
        truths = tuple([table.holds(atom, row) for atom in atoms])
        apart = told_apart.get(truths)
        if apart is None:
            known = dict(zip(atoms, truths, strict=True))
            left, right = truth(one, known.__getitem__), truth(other, known.__getitem__)
            apart = told_apart[truths] = bool(left) != bool(right)
        if apart:
            zero = frozenset(place for place, sign in enumerate(row[1]) if sign == 0)
            if zero not in feasible:
                feasible[zero] = _feasible(zero, table) if len(feasible) < _MOST_CHECKS else None
            if feasible[zero] is False:
                continue
            different += 1
            proved = proved or feasible[zero] is True
            away += all(row[1][place] != 0 for place in poles)
    return Rows(
        different, away, _lost(one, other, table), proved and table.complex_values and table.algebraic()
    )


def _lost(one: Condition, other: Condition, table: Table) -> bool:
    """Whether a whole factor of one condition is a denominator of the other, or that cannot be told."""
    if table.letters:
        return True
    for left, right in ((one, other), (other, one)):
        if left.op != "atom" and (left.op != "or" or any(part.op != "atom" for part in left.parts)):
            return True
        zeros = {
            k for atom in left.atoms for k in table.atoms[atom].above.keys() - table.atoms[atom].below.keys()
        }
        if zeros & {k for atom in right.atoms for k in table.atoms[atom].below}:
            return True
    return False


def _feasible(zero: frozenset[int], table: Table) -> bool | None:
    """Whether complex numbers make exactly these factors zero; None where that is not worked out."""
    others = table.ring.zero_one()[1]
    try:
        for place, factor in enumerate(table.factors):
            if place not in zero:
                others = others * factor
        known = definitions(table.ring)
        return not vanishes(others, [*(table.factors[place] for place in sorted(zero)), *known], table.ring)
    except Unsettled:
        return None


def factor_nodes(of: Condition, table: Table) -> dict[int, Node]:
    """The factors whose zeros solve the equations of a condition, as formulas."""
    places = {place for atom in of.atoms if atom in table.atoms for place in table.atoms[atom].above}
    return {place: as_node(table.factors[place], table.ring) for place in sorted(places)}
