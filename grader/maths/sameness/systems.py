"""Systems of polynomial equations: the same solutions by Groebner bases; some rational solutions."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import product
from math import lcm
from typing import TYPE_CHECKING, Any

from grader.maths.sameness.conditions import Condition
from grader.maths.sameness.polynomials import Ring, factors, root_degree, univariate
from grader.maths.sameness.realsets import Unsettled, roots_of
from grader.maths.tree import Node

if TYPE_CHECKING:
    from flint import fmpq_mpoly, fmpz_mpoly

System = tuple["fmpq_mpoly", ...]
_MOST_SYSTEMS = 16
_MOST_VARIABLES = 8
_MOST_DEGREE = 12
# The sizes beyond which a basis is given up: polynomials, their terms, bits of their coefficients.
_LIMITS = (40, 200, 4_000)
_MOST_CHOICES = 32


def alternatives(of: Condition, within: Ring, *, real: bool = True) -> list[System]:
    """A condition made of equations as a list of systems, one of which holds; with `real` for real numbers.

    Raises:
        Unsettled: there is something else in it than equations of polynomials.
    """
    if of.op == "truth":
        return [()] if of.truth else []
    if of.op == "atom":
        assert of.atom is not None
        if of.atom.sign != "=":
            raise Unsettled("a system with inequalities")
        above, below = within.ratio(of.atom.formula)
        if not below.is_constant():
            raise Unsettled("a system with denominators")
        if above.is_zero():
            return [()]
        if above.is_constant():
            return []
        # A product is zero where one of its factors is.
        systems = [_squares(factor, real) for factor, _ in factors(above)[1]]
        return [system for system in systems if system is not None]
    if of.op == "or":
        found = [system for part in of.parts for system in alternatives(part, within, real=real)]
    elif of.op == "and":
        tables = [alternatives(part, within, real=real) for part in of.parts]
        size = 1
        for table in tables:
            size *= max(1, len(table))
        if size > 4 * _MOST_SYSTEMS:
            raise Unsettled("a system with too many cases")
        found = [_distinct(sum(choice, ())) for choice in product(*tables)]
    else:
        raise Unsettled("a system with a negation")
    if len(found) > 4 * _MOST_SYSTEMS:
        raise Unsettled("a system with too many cases")
    return list({tuple(map(str, system)): system for system in found}.values())


def _squares(factor: fmpq_mpoly, real: bool) -> System | None:
    """The equations that a factor stands for: a sum of squares is zero where all of them are, if ever."""
    terms = factor.to_dict()
    alike = len({value > 0 for value in terms.values()}) == 1
    if not real or not alike or len(terms) < 2 or any(power % 2 for powers in terms for power in powers):
        return (factor,)
    if any(not any(powers) for powers in terms):
        return None
    context = factor.context()
    return tuple(context.from_dict({tuple(min(1, int(power)) for power in powers): 1}) for powers in terms)


def _distinct(system: System) -> System:
    return tuple({str(one): one for one in system}.values())


def same_solutions(one: Sequence[System], other: Sequence[System], within: Ring) -> bool:
    """Whether two lists of systems have the same complex solutions; what defines the roots in them is added.

    Raises:
        Unsettled: the systems are too large.
    """
    if max(len(one), len(other)) > _MOST_SYSTEMS or len(within.nodes) > _MOST_VARIABLES:
        raise Unsettled("a system that is too large")
    known = definitions(within)
    return _inside(one, other, known, within) and _inside(other, one, known, within)


def definitions(within: Ring) -> list[fmpq_mpoly]:
    """What is known of the generators: a square root's square, i^2 = -1."""
    known = []
    assert within.context is not None
    for place, node in enumerate(within.nodes):
        generator = within.context.gen(place)
        if node == Node("constant", (), "i"):
            known.append(generator**2 + 1)
        elif (degree := root_degree(node)) is not None:
            try:
                above, below = within.ratio(node.args[0])
            except Unsettled:
                continue
            if degree <= _MOST_DEGREE:
                known.append(generator**degree * below - above)
    return known


def _inside(
    one: Sequence[System], other: Sequence[System], known: Sequence[fmpq_mpoly], within: Ring
) -> bool:
    """Whether every solution of the first is one of the second: products of its equations vanish there."""
    for system in one:
        ideal = [*system, *known]
        count = 1
        for target in other:
            count *= max(1, len(target))
        if count > _MOST_CHOICES:
            raise Unsettled("a system with too many cases")
        for choice in product(*other):
            vanishing = within.zero_one()[1]
            for factor in choice:
                vanishing = vanishing * factor
            if not vanishes(vanishing, ideal, within):
                return False
    return True


def vanishes(polynomial: fmpq_mpoly, ideal: Sequence[fmpq_mpoly], within: Ring) -> bool:
    """Whether a polynomial is zero at all solutions: with 1 - t p added there are none (Rabinowitsch)."""
    basis = _basis([*ideal, polynomial], within)
    return any(one.is_constant() and not one.is_zero() for one in basis)


def _basis(polynomials: Sequence[fmpq_mpoly], within: Ring) -> list[Any]:
    """A Groebner basis of all but the last, and of 1 - t times the last, over the integers."""
    from flint import Ordering, fmpz_mpoly_ctx, fmpz_mpoly_vec

    if any(one.total_degree() > _MOST_DEGREE for one in polynomials):
        raise Unsettled("a system of a high degree")
    names = ("t", *(f"g{k}" for k in range(max(1, len(within.nodes)))))
    context = fmpz_mpoly_ctx.get(names, Ordering.degrevlex)
    whole = [_whole(one, context) for one in polynomials]
    whole[-1] = 1 - context.gen(0) * whole[-1]
    basis: Any
    basis, complete = fmpz_mpoly_vec([one for one in whole if not one.is_zero()], context).buchberger_naive(
        limits=_LIMITS
    )
    found = [basis[k] for k in range(len(basis))]
    if not complete and not any(one.is_constant() for one in found):
        raise Unsettled("a system that is too large")
    return found


def _whole(polynomial: fmpq_mpoly, context: object) -> fmpz_mpoly:
    """A multiple with whole coefficients, in a ring with one generator more in front."""
    terms = {powers: Fraction(int(v.p), int(v.q)) for powers, v in polynomial.to_dict().items()}
    common = lcm(*(value.denominator for value in terms.values())) if terms else 1
    return context.from_dict(  # type: ignore[attr-defined, no-any-return]
        {(0, *map(int, powers)): int(value * common) for powers, value in terms.items()}
    )


# --- rational solutions ----------------------------------------------------------------------------


def rational_solutions(system: System, within: Ring, limit: int = 8) -> Iterator[dict[int, Fraction]]:
    """Some rational solutions, by solving for one unknown at a time; free unknowns are 0, 1, 2, ...

    Each leads from the position of a generator to its value; generators that do not occur are left out.
    """
    yield from _solved(list(system), {}, within, limit)


def _solved(
    system: list[fmpq_mpoly], found: dict[int, Fraction], within: Ring, limit: int
) -> Iterator[dict[int, Fraction]]:
    system = [one for one in system if not one.is_zero()]
    if any(one.is_constant() for one in system):
        return
    used = sorted({k for one in system for powers in one.monoms() for k, p in enumerate(powers) if p})
    if not used:
        yield found
        return
    for one in sorted(system, key=lambda one: one.total_degree()):
        for place in used:
            coefficients = univariate(one, place)
            if coefficients is None:
                continue
            for factor, _ in factors(one)[1]:
                for root in roots_of(univariate(factor, place) or (1,)):
                    if root.fraction is not None:
                        yield from _solved(*_placed(system, found, place, root.fraction), within, limit)
            return
    reduced = _eliminated(system, used)
    if reduced is not None:
        yield from _solved(reduced, found, within, limit)
        return
    if limit <= 1:
        return
    # No equation has one unknown only: try small values of the last unknown.
    for value in map(Fraction, (0, 1, 2, -1, 3, 5)):
        yield from _solved(*_placed(system, found, used[-1], value), within, limit // 2)


def _placed(
    system: list[fmpq_mpoly], found: dict[int, Fraction], place: int, value: Fraction
) -> tuple[list[fmpq_mpoly], dict[int, Fraction]]:
    from flint import fmpq

    at: dict[str | int, Any] = {f"g{place}": fmpq(value.numerator, value.denominator)}
    return [one.subs(at) for one in system], {**found, place: value}


def _eliminated(system: list[fmpq_mpoly], used: list[int]) -> list[fmpq_mpoly] | None:
    """The system with an equation added that has one unknown only, by a resultant; else None."""
    for k, one in enumerate(system):
        for other in system[:k]:
            for place in used:
                if not (one.degrees()[place] and other.degrees()[place]):
                    continue
                if one.total_degree() * other.total_degree() > 2 * _MOST_DEGREE:
                    continue
                result = one.resultant(other, f"g{place}")
                left = {j for powers in result.monoms() for j, power in enumerate(powers) if power}
                if len(left) == 1 and not result.is_zero():
                    return [result, *system]
    return None
