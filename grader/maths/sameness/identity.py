"""Same or different, with the evidence: shapes first, then exact random evaluation, then balls.

identical     the settled trees are equal
glance        exact numbers, and terms and factors in another order, where both are numbers (see `glance`)
field         equal at secret points modulo a secret prime: the chance of error is printed, computed from
              the degree; a difference is a proof unless a function was met whose identities a field does
              not know (`field`)
balls         real or complex numbers with error bounds (`agreement`): disjoint balls prove a difference,
              overlap at rising precision at many points is agreement
undecided     everything else; a person decides

A field does not see domains: where the parts that restrict them differ, balls look for a point in one domain
only. Removable points, and others that stand alone, are the same with a note.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import log2
from typing import TYPE_CHECKING, Literal

from grader.errors import StudentError
from grader.maths.names import SCALAR
from grader.maths.sameness.formula import MOST_FORMULAS, Formula, Frame, defined, resized, settle
from grader.maths.tree import Node, number, walk
from grader.maths.values.algebra import Undefined, Value, is_matrix
from grader.maths.values.derivative import differentiate
from grader.maths.values.evaluate import evaluate
from grader.maths.values.sample import COUNTS, LARGE
from grader.maths.values.shapes import FLEXIBLE, describe
from grader.types import Counterexample

if TYPE_CHECKING:
    from grader.maths.values.real import Sample

__all__ = (
    "Comparison",
    "Formula",
    "Frame",
    "compare",
    "defined",
    "find_counterexample",
    "is_multiple",
    "settle",
    "show_value",
)

# Bits that the chance of an error must stay below.
BOUND = 100
_FEW_COUNTS = 4
# Points with other sizes, for those at which neither formula has a value.
_SPARE = 4


@dataclass(frozen=True, slots=True)
class Comparison:
    """What comparing found, and how: `how` is a sentence for people. It is true when it is the same."""

    outcome: Literal["same", "different", "undecided"]
    how: str
    code: str = ""
    transposed: bool = False
    # Removable points, restricted domains and the like, in words.
    notes: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.outcome == "same"


def compare(expected: Formula, got: Formula, *, any_layout: bool = False) -> Comparison:
    """Whether two formulas of one frame are the same, with the evidence.

    With `any_layout` the transposed result is the same too, and `transposed` says so.

    Raises:
        StudentError: a formula that cannot be evaluated (an index out of range, too many terms).
    """
    known = expected.compared.get((got, any_layout))
    if known is None:
        if len(expected.compared) >= MOST_FORMULAS:
            expected.compared.clear()
        known = expected.compared[got, any_layout] = _compared(expected, got, any_layout)
    return known


def _compared(expected: Formula, got: Formula, any_layout: bool) -> Comparison:
    turned = False
    if got.shape == FLEXIBLE and expected.shape[0] == expected.shape[1]:
        # A bare I has the size of what is expected.
        got = resized(got, expected.shape)
    if got.shape == FLEXIBLE != expected.shape:
        return Comparison("undecided", "The size of the identity matrix cannot be told.", "size")
    if not _conform(got, expected):
        if not any_layout or not _conform(got.transposed(), expected):
            how = f"This is {describe(got.shape)}; {describe(expected.shape)} is wanted."
            return Comparison("different", how, "shape")
        got, turned = got.transposed(), True
    if got.settled == expected.settled and defined(expected):
        return Comparison("same", "The formula is the expected one, term by term.", "identical", turned)
    if expected.shape == SCALAR == got.shape:
        from grader.maths.sameness.glance import compare_at_a_glance

        glance = compare_at_a_glance(expected.settled, got.settled, expected.frame.symbols)
        if glance is not None:
            return glance
    if ("integral",) in expected.seen or ("integral",) in got.seen:
        variable = _indefinite(expected) or _indefinite(got)
        if variable:
            return _by_derivatives(expected, got, variable)
    found = _by_values(expected, got, turned, witnessed=True)
    seen = expected.seen | got.seen
    agreed = found.outcome == "same" or found.code == "condition"
    if agreed and (("rank", 0) in seen or not seen.isdisjoint(expected.frame.counts)):
        from grader.maths.sameness import witnesses

        if witnesses.differ(expected, got):
            how = "The values at a point of whole numbers or of matrices of low rank are proved different."
            return Comparison("different", how, "", turned)
        if found and not found.code and witnesses.sizes_are_few(expected, got):
            how = f"{found.how.partition(';')[0]}; few sizes were tried, so this is agreement, not a proof."
            return replace(found, how=how)
    return found


def _conform(left: Formula, right: Formula) -> bool:
    if left.shape == right.shape:
        return True
    if not left.frame.square:
        return False
    return all((a == 1) == (b == 1) for a, b in zip(left.shape, right.shape, strict=True))


def _by_values(expected: Formula, got: Formula, turned: bool, *, witnessed: bool = False) -> Comparison:
    # `witnessed`: larger whole numbers are tried afterwards, so that a few small ones are enough.
    plural = expected.plural or got.plural
    counting, points, numbered = True, 2, False
    frame = expected.frame
    if frame.counts:
        counting = expected.counting() or got.counting()
        if counting and (expected.numbered() or got.numbered()):
            points, numbered = len(COUNTS), True
        elif counting and (expected.counted() or got.counted()):
            points = 3  # as many sizes
    bits = (61 - log2(8 * (expected.weight + got.weight))) * points
    if bits < BOUND:
        points, bits = 3, bits * 3 / points
    equal = 0
    undefined: Undefined | None = None
    domains = divisors = False
    indices = list(range(points))
    for index in indices:  # a list that grows
        try:
            wanted = expected.at(index, plural, counting)
            found = got.at(index, plural, counting)
        except Undefined as error:
            spare = len(indices) - points
            both = _undefined(expected, index, plural) and _undefined(got, index, plural)
            if counting and frame.counts and both and spare < _SPARE:
                # Both divide by n - 3 where n is 3: another size tells more.
                indices.append(LARGE + spare)
            else:
                undefined = error
            continue
        if is_matrix(found.value) != is_matrix(wanted.value) or found.value != wanted.value:
            if (wanted.opaque or found.opaque) and not _proved(expected, got, index, counting):
                return _by_balls(expected, got, turned, plural, counting)
            how = "Exact evaluation at a random point gives another value: that is a proof."
            return Comparison("different", how, "", turned)
        equal += 1
        if wanted.opaque or found.opaque:
            domains |= wanted.restrictions != found.restrictions or wanted.conditional or found.conditional
        elif numbered and witnessed and equal == _FEW_COUNTS:
            divisors |= wanted.divisors != found.divisors
            break
        divisors |= wanted.divisors != found.divisors
    if undefined is not None and equal == 0:
        both = not defined(expected) and not defined(got)
        outcome: Literal["different", "undecided"] = "undecided" if both else "different"
        return Comparison(outcome, f"{undefined}, so this has no value.", "undefined", turned)
    if undefined is not None:
        return Comparison("undecided", f"At one of the points {undefined}.", "undefined", turned)
    if domains:
        return _by_balls(expected, got, turned, plural, counting, equal_in_field=True)
    how = f"Equal at {equal} secret random points of the declared shapes, in exact arithmetic; "
    if numbered:
        names = [name for name in sorted(frame.integers) if name in expected.seen or name in got.seen]
        how += f"{', '.join(names)} took few whole numbers there, so this is agreement, not a proof."
    else:
        how += f"the chance that different formulas agree there is below 2^-{int(bits)}."
    notes: tuple[str, ...] = ()
    if divisors and expected.shape == SCALAR and not plural:
        notes = _removable(expected, got, counting)
    return Comparison("same", how, "", turned, notes)


def _undefined(formula: Formula, index: int, plural: bool) -> bool:
    try:
        formula.at(index, plural, True)
    except Undefined:
        return True
    return False


def _proved(expected: Formula, got: Formula, index: int, counting: bool) -> bool:
    """Whether different values at a point prove a difference although functions were met there."""
    ours, theirs = expected.arguments, got.arguments
    return (
        ours is not None and theirs is not None and expected.frame.independent(ours | theirs, index, counting)
    )


def _removable(expected: Formula, got: Formula, counting: bool) -> tuple[str, ...]:
    """A note on a point where exactly one of two equal formulas divides by 0."""
    names = [name for name in expected.seen | got.seen if isinstance(name, str)]
    if not names:
        return ()
    if not expected.frame.arrays.isdisjoint(names) or _single(expected) == _single(got) is not None:
        return ()
    from grader.maths.sameness import agreement, kinks

    free = kinks.free_scalars(expected.frame.symbols, sorted(names))
    point = agreement.removable(expected, got, free, counting)
    return () if point is None else (_isolated_note(point, free),)


def _single(formula: Formula) -> frozenset[object] | None:
    """The names that are divided by, where all divisors are products of names; else None."""
    found: set[object] = set()
    for node in walk(formula.settled):
        if node.op == "divide" or (node.op == "power" and node.args[1].op in ("negate", "number")):
            if node.op == "power" and not (node.args[1].op == "negate" or node.args[1].value < 0):  # type: ignore[operator]
                continue
            for part in walk(node.args[1 if node.op == "divide" else 0]):
                if part.op == "symbol":
                    found.add(part.value)
                elif part.op not in ("product", "power", "number", "decimal", "negate"):
                    return None
    return frozenset(found)


def _isolated_note(sample: Sample, names: Sequence[str]) -> str:
    from grader.maths.sameness.counterexample import show_value

    at = ", ".join(f"{name} = {show_value(sample.values[name])}" for name in names if name in sample.values)
    return f"Equal except at points where only one of them is defined, such as {at}."


def _by_balls(
    expected: Formula,
    got: Formula,
    turned: bool,
    plural: bool,
    counting: bool,
    *,
    equal_in_field: bool = False,
) -> Comparison:
    from grader.maths.sameness import agreement, kinks

    found = agreement.agree(expected, got, plural=plural, counting=counting)
    notes: tuple[str, ...] = ()
    if found.isolated is not None:
        names = [name for name in expected.seen | got.seen if isinstance(name, str)]
        free = kinks.free_scalars(expected.frame.symbols, sorted(names))
        notes = (_isolated_note(found.isolated, free),)
    if found.outcome == "different":
        how = "The values at a point are proved different by rigorous error bounds."
        return Comparison("different", how, "", turned)
    if found.outcome == "domain":
        how = "At a point exactly one of the two formulas is defined: they have different domains."
        return Comparison("different", how, "domain", turned)
    if found.outcome == "unseen" and not equal_in_field:
        how = "They agree, but a condition in one of them was never seen to hold, or never to fail."
        return Comparison("undecided", how, "condition", turned)
    if found.outcome in ("same", "unseen"):
        digits = int(found.bits * 0.3)
        points = f"at {found.agreed} points on several scales" if found.agreed > 1 else "as numbers"
        how = f"Equal to more than {min(digits, 900)} digits {points}; this is agreement, not a proof."
        return Comparison("same", how, "agreement", turned, notes)
    if equal_in_field and not _conditional(expected, got, plural, counting):
        how = "Equal whatever values the functions in them have, in exact arithmetic at random points."
        return Comparison("same", how, "", turned)
    return Comparison("undecided", "Too few points where both formulas have a value.", "domain", turned)


def _conditional(expected: Formula, got: Formula, plural: bool, counting: bool) -> bool:
    first, second = (formula.at(0, plural, counting) for formula in (expected, got))
    return first.restrictions != second.restrictions or first.conditional or second.conditional


def _indefinite(formula: Formula) -> str:
    """The variable of an integral without limits in a formula, or nothing."""
    for node in walk(formula.settled):
        if node.op == "integral" and len(node.args) == 1:
            return str(node.value)
    return ""


def _by_derivatives(expected: Formula, got: Formula, variable: str) -> Comparison:
    """Antiderivatives are the same up to a constant: their derivatives are compared."""
    table = expected.frame.symbols.table.values()
    unknown = frozenset(s.name for s in table if s.kind == "function")
    try:
        first, second = (
            Formula(one.node, differentiate(one.settled, variable, unknown=unknown), SCALAR, one.frame)
            for one in (expected, got)
        )
    except StudentError as error:
        return Comparison("undecided", f"The antiderivatives cannot be compared: {error}", "integral")
    if _indefinite(first) or _indefinite(second):
        return Comparison("undecided", "The antiderivatives cannot be compared.", "integral")
    found = _by_values(first, second, turned=False)
    note = f"Compared up to a constant, by the derivatives by {variable}."
    return Comparison(found.outcome, found.how, found.code, found.transposed, (note, *found.notes))


def is_multiple(expected: Formula, got: Formula, factor: Node) -> bool:
    """Whether a formula is a factor (a number, a dimension) times another one."""
    product = Node("product", (factor, expected.settled))
    scaled = Formula(got.node, product, expected.shape, expected.frame)
    if not _conform(got, expected):
        got = got.transposed()
    try:
        times_factor = evaluate(Node("product", (factor, number(1))), expected.frame.point(0))
        (wanted, opaque), (value, opaque_too) = expected.value(0), got.value(0)
        if not _equal(value, wanted * times_factor):
            # What is known at one point already needs no second one; most factors end here.
            if not (opaque or opaque_too):
                return False
            from grader.maths.sameness import agreement

            if agreement.differ_at_first(scaled, got):
                return False
    except Undefined:
        return False
    return _by_values(scaled, got, turned=False).outcome == "same"


def find_counterexample(expected: Formula, got: Formula) -> Counterexample | None:
    """A small point, in whole numbers where possible, at which two formulas differ; None if none is near."""
    from grader.maths.sameness import counterexample

    if expected.frame.square:
        return None
    if not _conform(got, expected):
        got = got.transposed()
    return counterexample.find(expected, got, counterexample.small_sizes(expected.frame.sizes(0)))


def show_value(value: Value) -> str:
    """A value as people write it: fractions exactly, real numbers to six figures, vectors in brackets."""
    from grader.maths.sameness import counterexample

    return counterexample.show_value(value)


def _equal(left: Value, right: Value) -> bool:
    return is_matrix(left) == is_matrix(right) and bool(left == right)
