"""Whether two formulas agree as functions of real (or complex) numbers, by values with rigorous error bounds.

Disjoint balls prove a difference. Agreement is believed after many points on several scales, with special
values and points at, before and behind every kink, first with 96 bits, then 1,000, at last with as many as
the largest and smallest values that were met ask for. A point outside the domain of both formulas tells
nothing. A point in the domain of one of them only proves different domains, unless all points around it
agree.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from random import Random
from typing import Any, Literal, NamedTuple

from flint import acb, arb, ctx, fmpq, fmpq_mat

from grader.errors import StudentError
from grader.maths.names import Symbol
from grader.maths.sameness import kinks
from grader.maths.sameness.formula import Formula
from grader.maths.tree import Node, names_in, walk
from grader.maths.values.algebra import Point, Unclear, Undefined, Value, entries_of, is_matrix
from grader.maths.values.binding import condition
from grader.maths.values.evaluate import evaluate
from grader.maths.values.real import STRATA, Sample, exponent_values, special_values

Outcome = Literal["same", "different", "domain", "outside", "wide", "unclear"]

LOW, HIGH, LAST = 96, 1_000, 3_328
MOST_PRECISION = 60_000
_ENOUGH = 6
_MOST_UNCLEAR = 3
_SEARCH = 3 * len(STRATA)
_NEGATIVE = 2  # the stratum of negative numbers
_PERTURBED = fmpq(1, 2**26)


class State(NamedTuple):
    """What a formula is at a point: its entries, or outside its domain, or unclear."""

    kind: Literal["value", "outside", "unclear"]
    entries: tuple[Value, ...] = ()
    reach: int = 0


class Agreement(NamedTuple):
    """What was found: where, and at how many points."""

    outcome: Literal["same", "different", "domain", "unclear", "unseen"]
    agreed: int
    where: Sample | None = None
    isolated: Sample | None = None
    bits: int = 0


class Place(NamedTuple):
    key: object
    sample: Sample


def agree(expected: Formula, got: Formula, *, plural: bool, counting: bool) -> Agreement:
    """Compare the values of two formulas at many points.

    Raises:
        StudentError: a formula cannot be evaluated for a reason that its author must mend.
    """
    agreed: list[Place] = []
    isolated: Sample | None = None
    exact = _exact(expected) and _exact(got)
    outside = unclear = 0
    names = _names(expected) | _names(got)
    if not names:
        return _constants(expected, got, plural=plural)
    first = expected.frame.sample(0, counting)
    if first is not None and _compare(expected, got, Place((0, counting), first), LOW, plural) == "different":
        # Most formulas that differ do so at the first point; all that follows need not be prepared then.
        return Agreement("different", 0, first)
    free = kinks.free_scalars(expected.frame.symbols, sorted(names))
    for place in places(expected, got, free, counting):
        # Integrals are slow, most of all where they do not converge.
        if not exact and unclear >= _MOST_UNCLEAR:
            break
        if len(agreed) >= _ENOUGH and (place.key == "search" or not exact):
            break
        found = _compare(expected, got, place, LOW, plural)
        if found in ("wide", "unclear") and exact:
            found = _compare(expected, got, place, HIGH, plural)
        if found == "different":
            return Agreement("different", len(agreed), place.sample)
        if found == "domain":
            if is_isolated(expected, got, place.sample, free, plural):
                isolated = isolated or place.sample
            else:
                return Agreement("domain", len(agreed), place.sample)
        outside += found == "outside"
        unclear += found == "unclear"
        if found == "same":
            agreed.append(place)
    if not agreed:
        if outside and not plural:
            return agree(expected, got, plural=True, counting=counting)
        return Agreement("unclear", 0)
    return _confirmed(expected, got, agreed, isolated, plural, counting)


def _confirmed(
    expected: Formula,
    got: Formula,
    agreed: list[Place],
    isolated: Sample | None,
    plural: bool,
    counting: bool,
) -> Agreement:
    """The same points with more bits, and one of them with as many as its values ask for."""
    shortened = not _exact(expected) or not _exact(got)
    bits = LOW if shortened else HIGH
    if not shortened:
        chosen = [*agreed[:4], *agreed[4::4][:5]]
        for place in chosen:
            found = _compare(expected, got, place, HIGH, plural)
            if found != "different" and (bits := _bits_needed(expected, got, place, HIGH, plural)) > LAST:
                found = _compare(expected, got, place, min(bits, MOST_PRECISION), plural)
            if found == "different":
                return Agreement("different", 0, place.sample)
        # At small numbers first, where fewer digits are needed.
        order = [(index, counting) for index in (3, 0, 8, 6, 5)]
        likely = sorted(agreed, key=lambda place: order.index(place.key) if place.key in order else 9)
        for last in likely[:5]:
            bits = _bits_needed(expected, got, last, HIGH, plural)
            if bits <= MOST_PRECISION:
                break
        else:
            return Agreement("unclear", len(agreed))
        found = _compare(expected, got, last, bits, plural)
        if found == "different":
            return Agreement("different", 0, last.sample)
    enough = min(_ENOUGH, 3)
    if len(agreed) < enough:
        return Agreement("unclear", len(agreed), None, isolated, bits)
    seen = _all_conditions_seen(expected, got, agreed, plural)
    return Agreement("same" if seen else "unseen", len(agreed), None, isolated, bits)


def _all_conditions_seen(expected: Formula, got: Formula, agreed: Sequence[Place], plural: bool) -> bool:
    """Whether each condition that only one formula has was seen to hold and not to hold where they agree."""
    if ("indicator",) not in expected.seen | got.seen and ("cases",) not in expected.seen | got.seen:
        return True
    first, second = (_conditions(formula) for formula in (expected, got))
    for relation in first ^ second:
        truths = set()
        for place in agreed:
            with ctx.workprec(LOW):
                try:
                    truths.add(condition(relation, place.sample.balls(plural=plural), evaluate))
                except (Undefined, Unclear, StudentError, ZeroDivisionError, KeyError):
                    continue
            if len(truths) == 2:
                break
        if len(truths) == 1:
            return False
    return True


def _conditions(formula: Formula) -> frozenset[Node]:
    """The relations between numbers in a formula that depend on free names."""
    names, arrays = _names(formula), formula.frame.arrays
    return frozenset(
        node
        for node in walk(formula.settled)
        if node.op == "relation" and (used := names_in(node)) and used <= names and used.isdisjoint(arrays)
    )


def _constants(expected: Formula, got: Formula, *, plural: bool) -> Agreement:
    sample = expected.frame.sample(0)
    if sample is None:
        return Agreement("unclear", 0)
    place = Place(0, sample)
    found: Outcome = "unclear"
    for precision in (LOW, LAST):
        found = _compare(expected, got, place, precision, plural)
        if found == "different":
            return Agreement("different", 0, sample)
        if found == "outside" and not plural:
            return _constants(expected, got, plural=True)
        if found == "domain":
            return Agreement("domain", 0, sample)
        if not (_exact(expected) and _exact(got)):
            break
    if found != "same":
        return Agreement("unclear", 0)
    bits = _bits_needed(expected, got, place, LAST, plural)
    if bits > MOST_PRECISION:
        return Agreement("unclear", 0)
    if bits > LAST and _compare(expected, got, place, bits, plural) == "different":
        return Agreement("different", 0, sample)
    return Agreement("same", 1, bits=LAST)


def _bits_needed(expected: Formula, got: Formula, place: Place, precision: int, plural: bool) -> int:
    """How many bits show what two formulas may differ by at a point.

    A number that is far from 1 by some digits may matter to the fourth power: in 1 - cos(x) - x^2/2.
    """
    with ctx.workprec(precision):
        reach = max(_state(formula, place, precision, plural).reach for formula in (expected, got))
    return max(LAST, 128 + 4 * reach)


def _exact(formula: Formula) -> bool:
    """Whether more bits give better values; integrals are worked out to a few digits only."""
    return ("integral",) not in formula.seen


def _names(formula: Formula) -> frozenset[str]:
    table = formula.frame.symbols.table
    return frozenset(name for name in formula.seen if isinstance(name, str) and name in table)


def places(expected: Formula, got: Formula, names: Sequence[str], counting: bool) -> Iterator[Place]:
    """Points on all scales, special values, kinks, and more points where these are not enough."""
    frame = expected.frame
    samples: list[Sample] = []
    for index in range(len(STRATA)):
        sample = frame.sample(index, counting)
        if sample is not None:
            samples.append(sample)
            yield Place((index, counting), sample)
    if not samples:
        return
    few = names[:4]
    for number, sample in enumerate(special_values(samples[0], few)):
        yield Place(("special", number, counting, tuple(few)), sample)
    if ("exponent",) in expected.seen | got.seen:
        powers = {*kinks.in_exponents(expected.settled), *kinks.in_exponents(got.settled)}
        for base in (samples[0], frame.sample(_NEGATIVE, counting) or samples[0]):
            for sample in exponent_values(base, sorted(powers & {*names})):
                yield Place(None, sample)
    found = list(
        dict.fromkeys(
            chain(kinks.parts(expected.settled, frame.symbols), kinks.parts(got.settled, frame.symbols))
        )
    )
    if found:
        for sample in kinks.patterns(samples[0], names):
            yield Place(None, sample)
        # Points of mixed signs, of small whole numbers, all negative and all positive.
        bases = [samples[k] for k in (0, 3, _NEGATIVE, 1) if k < len(samples)]
        for sample in kinks.around(found, bases, names):
            yield Place(None, sample)
    for index in range(len(STRATA), _SEARCH):
        sample = frame.sample(index, counting)
        if sample is not None:
            yield Place("search", sample)


def _state(formula: Formula, place: Place, precision: int, plural: bool, point: Point | None = None) -> State:
    if place.key is None or place.key == "search":
        if point is None:
            point = place.sample.balls(plural=plural)
        return state(formula, point, plural)
    key = (place.key, precision, plural)
    found = formula.states.get(key)
    if found is None:
        point = formula.frame.in_balls(place.key, place.sample, precision, plural)
        found = formula.states[key] = state(formula, point, plural)
    return found


def state(formula: Formula, point: Point, plural: bool) -> State:
    """What a formula is at a point in balls, at the working precision."""
    algebra: Any = point.algebra
    algebra.work = algebra.reach = algebra.literals = 0
    try:
        value = evaluate(formula.settled, point)
    except Undefined:
        return State("outside")
    except (Unclear, ZeroDivisionError, KeyError):
        return State("unclear")
    entries = []
    for entry in entries_of(value):
        if not entry.is_finite():
            return State("unclear")
        if isinstance(entry, acb) and not plural:
            if not entry.imag.contains(0):
                return State("outside")
            entry = entry.real
        entries.append(entry)
    return State("value", tuple(entries), algebra.reach)


def _compare(expected: Formula, got: Formula, place: Place, precision: int, plural: bool) -> Outcome:
    with ctx.workprec(precision):
        # A point that is not kept is made once for both.
        kept = not (place.key is None or place.key == "search")
        point = None if kept else place.sample.balls(plural=plural)
        first = _state(expected, place, precision, plural, point)
        second = _state(got, place, precision, plural, point)
        if "unclear" in (first.kind, second.kind):
            return "unclear"
        if first.kind != second.kind:
            return "domain"
        if first.kind == "outside":
            return "outside"
        narrow = True
        limit = _NARROW[precision >= HIGH] if _exact(expected) and _exact(got) else _COARSE
        for a, b in zip(first.entries, second.entries, strict=True):
            gap = a - b
            if not gap.contains(0):
                return "different"
            narrow = narrow and bool(gap.rad() < limit * (1 + abs(a)))
        return "same" if narrow else "wide"


_NARROW = (arb(2) ** -64, arb(10) ** -100)
_COARSE = arb(10) ** -9


def is_isolated(expected: Formula, got: Formula, sample: Sample, names: Sequence[str], plural: bool) -> bool:
    """Whether only this very point is outside the domain of one formula, and its neighbours are not."""
    around = list(_neighbours(sample, names))
    if not around:
        around = list(_moved_arrays(sample, _names(expected) | _names(got)))
    if not around:
        return False
    clear = 0
    for neighbour in around:
        found = _compare(expected, got, Place(None, neighbour), LOW, plural)
        if found in ("domain", "different"):
            return False
        clear += found in ("same", "wide")
    return clear > 0


def _neighbours(sample: Sample, names: Sequence[str]) -> Iterator[Sample]:
    moving = [name for name in names if name in sample.values and name not in sample.integers]
    if not moving:
        for name in names:
            if name in sample.integers:
                for step in (-1, 1, 2):
                    if sample.integers[name] + step > 0:
                        value = sample.integers[name] + step
                        yield Sample(
                            sample.symbols,
                            {**sample.values, name: fmpq(value)},
                            {**sample.integers, name: value},
                        )
        return
    random = Random(7)  # noqa: S311 - the directions need not be secret
    table = sample.symbols.table
    whole = {name for name in moving if table[name].domain == "integer"}
    for attempt in range(6 + 2 * min(len(moving), 4)):
        changes = {}
        for k, name in enumerate(moving):
            value = sample.values[name]
            if name in whole:
                moved = value + random.choice((-1, 1))
            else:
                side = random.choice((-1, 1)) if attempt < 6 else (-1) ** (attempt + (k == attempt // 2 - 3))
                moved = value + side * _PERTURBED * (1 + abs(value)) * fmpq(random.randint(5, 12), 8)
            changes[name] = value if table[name].domain == "positive" and moved <= 0 else moved
        yield sample.with_values(changes)


def _moved_arrays(sample: Sample, names: frozenset[str]) -> Iterator[Sample]:
    """Points nearby where every entry of the arrays without a structure is another one."""
    table = sample.symbols.table
    used = {one for name in names for one in _free(name, table)}
    moving = [
        name
        for name in sorted(used & sample.values.keys())
        if is_matrix(sample.values[name]) and not table[name].structure
    ]
    random = Random(11)  # noqa: S311 - the directions need not be secret
    for _ in range(6 if moving else 0):
        changes = {}
        for name in moving:
            value = sample.values[name]
            cells = [
                entry
                + random.choice((-1, 1)) * _PERTURBED * (1 + abs(entry)) * fmpq(random.randint(5, 12), 8)
                for entry in value.entries()
            ]
            changes[name] = fmpq_mat(value.nrows(), value.ncols(), cells)
        yield sample.with_values(changes)


def _free(name: str, table: Mapping[str, Symbol]) -> Iterator[str]:
    """A name, or those that its definition leads to."""
    definition = table[name].definition if name in table else None
    if definition is None:
        yield name
    else:
        for inner in names_in(definition):
            yield from _free(inner, table)


def removable(expected: Formula, got: Formula, names: Sequence[str], counting: bool) -> Sample | None:
    """A rational point where exactly one of two otherwise equal formulas divides by 0, or None."""
    from grader.maths.values.rationals import NotRational

    sample = expected.frame.sample(0, counting)
    if sample is None:
        return None
    symbols = expected.frame.symbols
    trees = (expected.settled, got.settled)
    found = list(dict.fromkeys(chain(*(kinks.divisors(tree, symbols) for tree in trees))))
    for point in kinks.at(found, sample, names):
        kinds = []
        for formula in (expected, got):
            try:
                evaluate(formula.settled, point.rational)
                kinds.append(True)
            except Undefined:
                kinds.append(False)
            except (NotRational, Unclear, StudentError, KeyError):
                break
        if len(set(kinds)) == 2:
            return point
    return None


def differ_at_first(expected: Formula, got: Formula) -> bool:
    """Whether the first point proves two formulas different."""
    sample = expected.frame.sample(0, True)
    plural = expected.plural or got.plural
    return (
        sample is not None and _compare(expected, got, Place((0, True), sample), LOW, plural) == "different"
    )


def differ_at(expected: Formula, got: Formula, sample: Sample) -> bool:
    """Whether a point proves two formulas different."""
    plural = expected.plural or got.plural
    return _compare(expected, got, Place(None, sample), LOW, plural) == "different"
