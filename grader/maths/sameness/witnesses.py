"""Points that random ones are not: whole numbers with common factors or large ones, matrices of low rank.

Two formulas that agree at random points are tried here once more, where what they do depends on such things:
gcd(n, 6) and gcd(n, 78) differ where 13 divides n, sums of n terms and sizes may be tried for few n only, and
the rank of a matrix is its size almost everywhere. A witness is a proof; that none was found tells nothing
new.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from hashlib import blake2b
from random import Random

from flint import fmpq, fmpq_mat

from grader.errors import StudentError
from grader.maths.names import SCALAR
from grader.maths.sameness.formula import Formula
from grader.maths.tree import Node, names_in, walk
from grader.maths.values.algebra import Unclear, Undefined, is_matrix
from grader.maths.values.evaluate import evaluate
from grader.maths.values.rationals import NotRational
from grader.maths.values.real import Sample
from grader.maths.values.sample import LARGE

_ARITHMETIC = frozenset((name, 0) for name in ("gcd", "lcm", "mod", "floor", "ceil", "round", "binomial"))
_JUMPS = frozenset([("indicator",), ("cases",), *((name, 0) for name in ("max", "min", "abs", "sign"))])
_FACTORIALS = frozenset((name, 0) for name in ("factorial", "binomial", "gamma"))
_MOST_NUMBER = 400  # larger sums and factorials take long
_MODERATE = 20  # what most numbers of terms stay below
_POINTS = 40
_FEW_POINTS = 6
_RANKS = 16
_SIZES = 3  # of each dimension, at the first points
_LARGE_SIZES = 2


def differ(expected: Formula, got: Formula) -> bool:
    """Whether a point was found at which two formulas have different values: that is a proof."""
    seen = expected.seen | got.seen
    if ("rank", 0) in seen and _differ_in_rank(expected, got):
        return True
    if not seen.isdisjoint(expected.frame.integers):
        return _differ_in_numbers(expected, got, seen)
    return _size_degree(expected, got) >= _SIZES and _differ_in_sizes(expected, got)


def sizes_are_few(expected: Formula, got: Formula) -> bool:
    """Whether formulas that are equal at all sizes tried may differ at others."""
    return _size_degree(expected, got) >= _SIZES + _LARGE_SIZES


def _size_degree(expected: Formula, got: Formula) -> int:
    if not (expected.counting() or got.counting()):
        return 0  # sizes were random elements like all others
    return expected.size_degree + got.size_degree


def _differ_in_sizes(expected: Formula, got: Formula) -> bool:
    """Whether the values differ for larger sizes: (n - 2)(n - 3)(n - 4) is 0 at three small ones."""
    from grader.maths.sameness.agreement import differ_at

    plural = expected.plural or got.plural
    for index in range(LARGE, LARGE + _LARGE_SIZES):
        try:
            wanted, found = (formula.at(index, plural, True) for formula in (expected, got))
            if is_matrix(wanted.value) == is_matrix(found.value) and wanted.value == found.value:
                continue
            if not (wanted.opaque or found.opaque):
                return True
            sample = expected.frame.sample(index)
            if sample is not None and differ_at(expected, got, sample):
                return True
        except (StudentError, Undefined):
            continue
    return False


def _random(formula: Formula) -> Random:
    return Random(blake2b(b"witnesses" + formula.frame.secret).digest())  # noqa: S311 - seeded on purpose


def _differ_in_numbers(expected: Formula, got: Formula, seen: set[object]) -> bool:
    from grader.maths.sameness.agreement import differ_at

    counting = expected.counting() or got.counting()
    several = not seen.isdisjoint(_ARITHMETIC | _JUMPS)
    if not counting and not several:
        return False
    names = sorted(name for name in expected.frame.integers if name in seen)
    if not several:
        found = _differ_in_field(expected, got)
        if found is not None:
            return found
    sample = expected.frame.sample(0, counting)
    if sample is None:
        return False
    counts = _counts(expected.settled) | _counts(got.settled)
    for point in _numbers(sample, names, counts, _constants(expected, got), several, _random(expected)):
        try:
            if differ_at(expected, got, point):
                return True
        except StudentError:
            continue  # too many terms
    return False


def _counts(tree: Node) -> frozenset[str]:
    """The names that count something: in limits of sums, in indices, in factorials."""
    found: frozenset[str] = frozenset()
    for node in walk(tree):
        if node.op in ("fold", "entry"):
            found = found.union(*map(names_in, node.args[1:]))
        elif node.op in ("identity", "broadcast", "filled") or node.value in _FACTORIALS:
            found = found.union(*map(names_in, node.args))
    return found


def _differ_in_field(expected: Formula, got: Formula) -> bool | None:
    """The same for formulas of which a field knows everything; None for all others, or too many terms."""
    plural = expected.plural or got.plural
    try:
        for index in (0, *range(LARGE, LARGE + _FEW_POINTS)):
            wanted, found = (formula.at(index, plural, True) for formula in (expected, got))
            if wanted.opaque or found.opaque:
                return None
            if is_matrix(wanted.value) != is_matrix(found.value) or wanted.value != found.value:
                return True
    except (StudentError, Undefined):
        return None
    return False


def _constants(expected: Formula, got: Formula) -> list[int]:
    """The whole numbers in two formulas, the numbers beside them, and their factors."""
    found: dict[int, None] = {}
    for formula in (expected, got):
        for node in walk(formula.settled):
            value = _whole(node)
            if value is not None and 1 < value <= _MOST_NUMBER:
                for near in (value, value + 1, value - 1, *_primes(value), 2 * value):
                    found.setdefault(near)
    return list(found)[:24]


def _whole(node: Node) -> int | None:
    if node.op != "number" or node.value.denominator != 1:  # type: ignore[attr-defined]
        return None
    return abs(int(node.value))  # type: ignore[call-overload, no-any-return]


def _primes(value: int) -> Iterator[int]:
    for prime in range(2, value + 1):
        if value % prime == 0:
            yield prime
            while value % prime == 0:
                value //= prime


def _numbers(
    sample: Sample,
    names: Sequence[str],
    counts: frozenset[str],
    constants: Sequence[int],
    several: bool,
    random: Random,
) -> Iterator[Sample]:
    """The point with other whole numbers for some names, positive for those that count something."""
    choices = [*constants, *range(1, 13)]
    count = _POINTS if several else _FEW_POINTS
    for place in range(count):
        common = random.choice((1, 2, 3, 5, 6))
        values = {}
        for k, name in enumerate(names):
            if not several:
                value = random.randint(9, 60)
            elif len(names) == 1 and place < len(choices):
                value = choices[place]
            else:
                value = common * random.choice(choices) if random.random() < 0.7 else random.randint(1, 120)
            if name in counts and several and place >= len(choices) and place % 4:
                value = 1 + value % _MODERATE  # a sum of 2n terms takes as long as n is large
            if name not in counts and (place + k) % 3 == 2:
                value = -value
            values[name] = value
        whole = {name: values[name] for name in names if name in sample.integers}
        changed = sample.with_values({name: fmpq(value) for name, value in values.items()})
        yield Sample(sample.symbols, changed.values, {**changed.integers, **whole})


def _differ_in_rank(expected: Formula, got: Formula) -> bool:
    """Whether the values differ for matrices of low rank, where nothing says that they have full rank."""
    random = _random(expected)
    table = expected.frame.symbols.table
    loose = [one.name for one in table.values() if one.shape != SCALAR and not one.rank and not one.structure]
    for index in range(_RANKS):
        sample = expected.frame.sample(index)
        if sample is None:
            continue
        changes = {
            name: _of_low_rank(sample.values[name], random)
            for name in loose
            if is_matrix(sample.values.get(name))
        }
        point = sample.with_values(changes)
        try:
            wanted, found = (evaluate(formula.settled, point.rational) for formula in (expected, got))
        except (Undefined, Unclear, StudentError, NotRational, KeyError):
            continue
        if is_matrix(wanted) == is_matrix(found) and wanted != found:
            return True
    return False


def _of_low_rank(matrix: fmpq_mat, random: Random) -> fmpq_mat:
    rows, columns = matrix.nrows(), matrix.ncols()
    if min(rows, columns) == 1:
        return matrix
    rank = random.randint(1, min(rows, columns))
    if random.random() < 0.5:
        # Many zeros, so that the null space of one matrix meets the image of another.
        return fmpq_mat(rows, columns, [int(random.random() < 0.3) for _ in range(rows * columns)])
    left = fmpq_mat(rows, rank, [random.randint(-3, 3) for _ in range(rows * rank)])
    right = fmpq_mat(rank, columns, [random.randint(-3, 3) for _ in range(rank * columns)])
    return left * right
