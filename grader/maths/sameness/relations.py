"""Equations, inequalities, systems and formulas of logic: whether two of them have the same solutions."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from hashlib import blake2b
from itertools import islice, product
from random import Random

from grader.errors import StudentError
from grader.maths.names import SCALAR, Symbols
from grader.maths.sameness.conditions import Atom, Condition, condition, truth
from grader.maths.sameness.equivalence import Table, compare_rows, factor_nodes
from grader.maths.sameness.formula import frame_of
from grader.maths.sameness.identity import Comparison, compare, settle
from grader.maths.sameness.normal_form import normal_form
from grader.maths.sameness.polynomials import free_names
from grader.maths.sameness.realsets import End, RealSet, Unsettled, combine, member
from grader.maths.sameness.signs import sign_at
from grader.maths.sameness.slices import Evidence, Point, domain_of, slices, substituted
from grader.maths.sameness.solutions import solve, truth_at
from grader.maths.sameness.systems import alternatives, rational_solutions, same_solutions
from grader.maths.tree import Node, names_in, number, walk
from grader.maths.values.shapes import infer

_MOST_LETTERS = 10
_ENOUGH = 6  # slices with solutions on which two equations must agree


def compare_conditions(expected: Node, got: Node, symbols: Symbols, *, secret: bytes = b"") -> Comparison:
    """Whether two conditions (relations, systems, alternatives, formulas of logic) have the same solutions.

    A difference is told with a point that solves one and not the other. Solutions are real unless `i` or a
    symbol declared complex occurs.
    """
    identical = Comparison("same", "The condition is the expected one, term by term.", "identical")
    if expected == got:
        return identical
    try:
        wanted, found = (_settled(condition(one), symbols) for one in (expected, got))
    except Unsettled as reason:
        return undecided(reason)
    if wanted == found:
        return identical
    for way in (
        _logic,
        _proportional,
        _named,
        _graphs,
        _inequalities,
        _by_signs,
        _one_variable,
        _by_systems,
        _by_solutions,
        _multiples,
        _always,
        _by_points,
    ):
        try:
            verdict = way(wanted, found, symbols, secret)
        except (Unsettled, StudentError):
            continue
        if verdict is not None:
            return verdict
    return Comparison("undecided", "Neither a proof nor a point that tells the conditions apart was found.")


def _settled(of: Condition, symbols: Symbols) -> Condition:
    """The condition with its scalar formulas as they are evaluated."""
    atom = of.atom
    if atom is not None and atom.sign != "letter":
        try:
            formula, shape = infer(atom.formula, symbols)
        except StudentError:
            return of
        return Condition("atom", atom=Atom(formula, atom.sign)) if shape == SCALAR else of
    return Condition(of.op, tuple(_settled(part, symbols) for part in of.parts), atom, of.truth)


def undecided(reason: Unsettled) -> Comparison:
    """The verdict on what cannot be worked out."""
    return Comparison("undecided", f"This cannot be worked out here: {reason}.", "unsettled")


def _formulas(*conditions: Condition) -> list[Node]:
    return [atom.formula for one in conditions for atom in one.atoms if atom.sign != "letter"]


def is_complex(nodes: Sequence[Node], symbols: Symbols) -> bool:
    """Whether complex numbers occur in some formulas."""
    names = free_names(nodes)
    return any(domain_of(symbols, name) == "complex" for name in names) or any(
        node == Node("constant", (), "i") for one in nodes for node in walk(one)
    )


def _difference(point: Point, in_expected: bool) -> Comparison:
    at = ", ".join(f"{name} = {end}" for name, end in sorted(point.items()))
    holds, fails = ("expected one", "yours") if in_expected else ("yours", "the expected one")
    article = "the " if in_expected else ""
    return Comparison("different", f"At {at} {article}{holds} holds and {fails} does not.", "solutions")


# --- without variables, or letters only ------------------------------------------------------------


def _logic(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """Propositional letters by a table of truth, and conditions without any variable."""
    if free_names(_formulas(expected, got)):
        return None
    atoms = [atom for one in (expected, got) for atom in one.atoms]
    letters = sorted({str(atom.formula.value) for atom in atoms if atom.sign == "letter"})
    if len(letters) > _MOST_LETTERS:
        raise Unsettled("a formula with many letters")
    if is_complex(_formulas(expected, got), symbols):
        return None
    for row in product((True, False), repeat=len(letters)):
        values = dict(zip(letters, row, strict=True))

        def holds(atom: Atom, values: dict[str, bool] = values) -> bool | None:
            if atom.sign == "letter":
                return values[str(atom.formula.value)]
            return truth_at(Condition("atom", atom=atom), {})

        left, right = bool(truth(expected, holds)), bool(truth(got, holds))
        if left != right:
            at = ", ".join(f"{name} is {'true' if value else 'false'}" for name, value in values.items())
            where = f"Where {at} the" if at else "The"
            how = f"{where} expected one is {str(left).lower()} and yours is {str(right).lower()}."
            return Comparison("different", how, "solutions")
    if letters:
        return Comparison("same", "Equal for all values of the letters.")
    always = bool(truth(expected, lambda atom: truth_at(Condition("atom", atom=atom), {})))
    return Comparison(
        "same",
        "Both hold always." if always else "Neither of them ever holds.",
        "" if always else "empty",
        notes=() if always else ("No number solves either of them.",),
    )


# --- two equations ---------------------------------------------------------------------------------


def _one_atom(of: Condition) -> Atom | None:
    return of.atom if of.op == "atom" and of.atom is not None and of.atom.sign != "letter" else None


def _sides(atom: Atom) -> tuple[Node, Node]:
    """The two sides that an atom was made from."""
    if atom.formula.op == "sum" and len(atom.formula.args) == 2 and atom.formula.args[1].op == "negate":
        return atom.formula.args[0], atom.formula.args[1].args[0]
    return atom.formula, number(0)


def _proportional(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """`x + y = 1` and `2 = 2 y + 2 x`: one is the other times a number, term by term."""
    one, other = _one_atom(expected), _one_atom(got)
    if one is None or other is None or one.sign != other.sign:
        return None
    wanted, found = (normal_form(atom.formula, symbols) for atom in (one, other))
    if not wanted or not found or wanted.keys() != found.keys():
        return None
    term = next(iter(wanted))
    if not wanted[term] or not found[term]:
        return None
    times = found[term] / wanted[term]
    if (times < 0 and one.sign not in ("=", "!=")) or any(
        wanted[key] * times != found[key] for key in wanted
    ):
        return None
    return Comparison("same", "The sides are apart by the same, times a number: that is a proof.")


def _named(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """`y = f` and `y = g`, or `f(x) = ...` twice: the right sides are compared as formulas."""
    one, other = _one_atom(expected), _one_atom(got)
    if one is None or other is None or not one.sign == other.sign == "=":
        return None
    for left, value in (_sides(one), _sides(one)[::-1]):
        for left_too, value_too in (_sides(other), _sides(other)[::-1]):
            if (
                left == left_too
                and _is_name(left)
                and not _occurs(left, value)
                and not _occurs(left, value_too)
            ):
                return _values(value, value_too, symbols, secret)
    return None


def _is_name(node: Node) -> bool:
    if node.op == "symbol":
        return True
    return node.op == "call" and all(arg.op == "symbol" for arg in node.args) and bool(node.args)


def _occurs(name: Node, inside: Node) -> bool:
    return any(node == name for node in walk(inside))


def _values(expected: Node, got: Node, symbols: Symbols, secret: bytes) -> Comparison | None:
    frame = frame_of(symbols, secret)
    found = compare(settle(expected, frame), settle(got, frame))
    return None if found.outcome == "undecided" else found


def _graphs(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """Equations of vectors or matrices: the same up to a constant factor."""
    one, other = _one_atom(expected), _one_atom(got)
    if one is None or other is None:
        return None
    frame = frame_of(symbols, secret)
    first, second = settle(one.formula, frame), settle(other.formula, frame)
    if first.shape == SCALAR == second.shape:
        return None
    if first.shape != second.shape:
        return Comparison("undecided", "The equations have different shapes.", "shape")
    if one.sign == other.sign == "=":
        for times in (1, -1, 2, -2, Fraction(1, 2), Fraction(-1, 2)):
            scaled = Node("product", (number(Fraction(times)), other.formula))
            if compare(first, settle(scaled, frame)).outcome == "same":
                return Comparison("same", "The equations are multiples of each other.")
    return Comparison("undecided", "Equations of vectors or matrices are only compared up to a factor.")


def _multiples(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """Two relations whose difference of sides is the same up to a constant factor, and has the same poles."""
    one, other = _one_atom(expected), _one_atom(got)
    if one is None or other is None:
        return None
    table = Table((expected, got), symbols, complex_values=is_complex((one.formula, other.formula), symbols))
    if not table.same_poles(one, other):
        return None
    names = free_names((one.formula, other.formula))
    frame = frame_of(symbols, secret)
    first = settle(one.formula, frame)
    random = Random(blake2b(b"multiples" + secret).digest())  # noqa: S311 - seeded on purpose
    complex_values = is_complex((one.formula, other.formula), symbols)
    for _ in range(4):
        values = {name: Fraction(random.randint(2, 30), random.choice((1, 3, 7))) for name in names}
        above, below = substituted(one.formula, values), substituted(other.formula, values)
        times = Node("divide", (above, below))
        flipped = 1
        if not complex_values:
            sign_above, sign_below = sign_at(above, {}), sign_at(below, {})
            if not sign_above or not sign_below:
                continue
            flipped = sign_above * sign_below
        if _flip(other.sign, flipped) != one.sign:
            continue
        scaled = settle(Node("product", (times, other.formula)), frame)
        if compare(first, scaled).outcome == "same":
            return Comparison("same", "The two sides differ by the same amount, up to a constant factor.")
        return None
    return None


def _always(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """Two equations that hold for all values of their names."""
    frame = frame_of(symbols, secret)
    for one in (_one_atom(expected), _one_atom(got)):
        if one is None or one.sign != "=":
            return None
        left, right = _sides(one)
        if not compare(settle(left, frame), settle(right, frame)):
            return None
    return Comparison("same", "Both hold for all values of their names.")


def _flip(sign: str, flipped: int) -> str:
    if flipped > 0:
        return sign
    return {"<": ">", ">": "<", "<=": ">=", ">=": "<="}.get(sign, sign)


# --- any conditions --------------------------------------------------------------------------------


def _by_signs(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """The same by the signs of the factors alone, which is a proof; a difference there is only a hint."""
    complex_values = is_complex(_formulas(expected, got), symbols)
    table = Table((expected, got), symbols, complex_values=complex_values)
    rows = compare_rows(expected, got, table)
    if not rows.different:
        how = (
            "The signs of the factors of both sides decide both conditions in the same way: that is a proof."
        )
        return Comparison("same", how)
    if rows.proved:
        point = _complex_point(expected, got, symbols, secret)
        how = "Some complex numbers solve one and not the other: that is a proof, by Groebner bases."
        return Comparison("different", how, "solutions") if point is None else point
    signs = {atom.sign for atom in (*expected.atoms, *got.atoms)}
    formulas = _formulas(expected, got)
    several = len(free_names(formulas)) > 1 or any(has_unknown_function(one, symbols) for one in formulas)
    if not rows.away_from_poles and not rows.lost and signs == {"="} and several:
        how = "The same wherever nothing is divided by zero: that is a proof."
        return Comparison("same", how, "poles", notes=("One of them divides by what may be zero.",))
    return None


def has_unknown_function(formula: Node, symbols: Symbols) -> bool:
    """Whether a formula has a function in it of which nothing is known."""
    for node in walk(formula):
        if node.op == "call" and isinstance(node.value, tuple):
            found = symbols.table.get(str(node.value[0]))
            if found is not None and found.kind == "function" and not found.meaning:
                return True
    return False


def _complex_point(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """A difference that a rational point shows, where there is one; it is easier to check."""
    try:
        found = _by_solutions(expected, got, symbols, secret)
    except (Unsettled, StudentError):
        return None
    return found if found is not None and found.outcome == "different" else None


def _inequalities(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """Inequalities in one variable are solved: that is what people do, and the answer can be shown."""
    if any(atom.sign in ("=", "!=") for atom in (*expected.atoms, *got.atoms)):
        return None
    return _one_variable(expected, got, symbols, secret)


def _one_variable(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    names = free_names(_formulas(expected, got))
    letters = any(atom.sign == "letter" for atom in (*expected.atoms, *got.atoms))
    if len(names) != 1 or letters or is_complex(_formulas(expected, got), symbols):
        return None
    domain = domain_of(symbols, names[0])
    left, right = (solve(one, names[0], domain) for one in (expected, got))
    return compare_sets(left, right, names[0], integers=domain == "integer")


def compare_sets(expected: RealSet, got: RealSet, name: str, *, integers: bool = False) -> Comparison:
    """Whether two sets of real numbers are the same, with a number that is in one of them only."""
    outside = combine((expected, got), lambda flags: flags[0] != flags[1])
    witness = member(outside, integers)
    if witness is not None:
        inside = member(combine((expected, outside), all), integers)
        return _difference({name: witness}, inside is not None and not _only(outside, got, witness))
    if not (expected.exact and got.exact):
        return Comparison("same", "The ends of the solutions agree to more than 100 digits.", "agreement")
    shown = f"{name} in {expected}" if not expected.empty else "no number"
    if expected.empty:
        note = ("No number solves either of them.",)
        return Comparison("same", "Neither has a solution.", "empty", notes=note)
    return Comparison("same", f"Both have the same solutions, worked out exactly: {shown}.")


def _only(outside: RealSet, got: RealSet, witness: End) -> bool:
    """Whether a number is in the second set (and so not in the first)."""
    from grader.maths.sameness.realsets import points

    return not combine((points([witness]), got), all).empty


def _by_systems(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """Systems of polynomial equations: the same complex solutions."""
    from grader.maths.sameness.polynomials import ring

    formulas = _formulas(expected, got)
    within = ring(formulas)
    real = not is_complex(formulas, symbols)
    left, right = (alternatives(one, within, real=real) for one in (expected, got))
    if not same_solutions(left, right, within):
        return None
    how = "Each equation of one follows from the other's, by Groebner bases: that is a proof."
    return Comparison("same", how)


def _by_solutions(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """A rational solution of one condition, which is made of polynomials, that the other does not have."""
    from grader.maths.sameness.polynomials import ring

    names = free_names(_formulas(expected, got))
    real = not is_complex(_formulas(expected, got), symbols)
    for one, other, in_expected in ((expected, got, True), (got, expected, False)):
        within = ring(_formulas(one))
        if any(node.op != "symbol" for node in within.nodes):
            continue
        try:
            systems = alternatives(one, within, real=real)
        except Unsettled:
            continue
        for system in systems[:8]:
            for found in islice(rational_solutions(system, within), 9):
                values = {str(within.nodes[k].value): End(value) for k, value in found.items()}
                point = {name: values.get(name, End(Fraction(3))) for name in names}
                if _in_domains(point, symbols) and truth_at(other, point) is False:
                    return _difference(point, in_expected)
    return None


def _in_domains(point: Point, symbols: Symbols) -> bool:
    for name, end in point.items():
        domain = domain_of(symbols, name)
        assert end.fraction is not None
        if domain == "positive" and end.fraction <= 0:
            return False
        if domain == "integer" and end.fraction.denominator != 1:
            return False
    return True


def _by_points(expected: Condition, got: Condition, symbols: Symbols, secret: bytes) -> Comparison | None:
    """A point that tells two conditions apart; for equations, agreement along many lines."""
    names = free_names(_formulas(expected, got))
    letters = any(atom.sign == "letter" for atom in (*expected.atoms, *got.atoms))
    if len(names) < 2 or letters or is_complex(_formulas(expected, got), symbols):
        return None
    found = slices(expected, got, names, symbols, secret)
    if found.point is not None:
        return _difference(found.point, found.in_expected)
    equations = all(atom.sign == "=" for atom in (*expected.atoms, *got.atoms))
    if not equations or found.agreed < _ENOUGH or not _all_seen(expected, got, symbols, found):
        return None
    how = (
        f"The same solutions along {found.agreed} lines, to more than 100 digits; "
        "this is agreement, not a proof."
    )
    return Comparison("same", how, "agreement")


def _all_seen(expected: Condition, got: Condition, symbols: Symbols, found: Evidence) -> bool:
    """Whether every factor of the equations was seen to be zero somewhere, or never is."""
    table = Table((expected, got), symbols, complex_values=False)
    nodes = {**factor_nodes(expected, table), **factor_nodes(got, table)}
    for place, node in nodes.items():
        if 0 not in table.signs_of(table.factors[place]):
            continue
        if not any(_zero(node, point) for point in found.solutions):
            return False
    return True


def _zero(node: Node, point: Point) -> bool:
    try:
        return sign_at(node, {name: end for name, end in point.items() if name in names_in(node)}) == 0
    except Unsettled:
        return False
