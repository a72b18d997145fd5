"""A small point at which two formulas differ, with both values, as a person can check them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import blake2b
from itertools import cycle
from random import Random

from flint import acb, arb, ctx, fmpq

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.sameness import agreement, kinks
from grader.maths.sameness.formula import Formula
from grader.maths.tree import names_in, walk
from grader.maths.values.algebra import Unclear, Undefined, Value, entries_of, is_matrix
from grader.maths.values.balls import Gaussian
from grader.maths.values.evaluate import evaluate
from grader.maths.values.rationals import NotRational
from grader.maths.values.real import STRATA, Sample, draw_sample, exponent_values, special_values
from grader.types import Counterexample

NOT_DEFINED = "not defined there"
MOST_WEIGHT = 4_000
# Points that are tried for two values that differ, after one at which only one formula is defined.
_PATIENCE = 12
_BITS = (256, 4_096)
# What functions nobody knows are taken for.
_EXAMPLES = ("sin", "exp", "arctan")


def find(expected: Formula, got: Formula, sizes: Mapping[str, int]) -> Counterexample | None:
    """A point, in small whole numbers where possible, at which two formulas differ; None if none is near."""
    symbols = expected.frame.symbols
    if max(expected.weight, got.weight) > MOST_WEIGHT:
        return None
    if any(node_op == ("entry",) for node_op in expected.seen | got.seen) and not _declared_entries(
        expected, got
    ):
        return None
    if ("partial",) in expected.seen | got.seen:
        return None
    free = _free_names(symbols, _used(expected) | _used(got))
    called = {pair[0] for pair in expected.seen | got.seen if isinstance(pair, tuple)}
    unknown = [s.name for s in symbols.table.values() if s.kind == "function" and not s.meaning]
    meanings = dict(zip([name for name in unknown if name in called], cycle(_EXAMPLES), strict=False))
    shown = {
        name: meaning if _of_one_argument(name, expected, got) else f"{meaning} of its first argument"
        for name, meaning in meanings.items()
    }

    def told(sample: Sample, plural: bool) -> Counterexample | None:
        pair = None if meanings else _exactly(expected, got, sample)
        for bits in () if pair is not None else _BITS:
            pair = pair or _really(expected, got, sample, plural, meanings, bits)
        if pair is None or pair[0] == pair[1]:
            return None
        values = [(name, _shown(sample.values[name])) for name in sample.values if name in free]
        return Counterexample((*values, *sorted(shown.items())), pair[1], pair[0])

    domain: Counterexample | None = None
    patience = _PATIENCE
    for plural in (True,) if expected.plural or got.plural else (False, True):
        for sample in _candidates(expected, got, sizes, sorted(free)):
            example = told(sample, plural)
            patience -= domain is not None
            if example is not None and _both_defined(example):
                return example
            if example is not None and domain is None:
                domain = example
                # Beside a pole of one of them the values are told apart, if anywhere.
                beside = (
                    told(near, plural) for near in _beside(sample, kinks.free_scalars(symbols, sorted(free)))
                )
                better = next((one for one in beside if one is not None and _both_defined(one)), None)
                if better is not None:
                    return better
            if patience == 0:
                return domain
        if domain is not None:
            return domain
    return None


def _both_defined(example: Counterexample) -> bool:
    return NOT_DEFINED not in (example.expected, example.got)


def _beside(sample: Sample, names: Sequence[str]) -> Iterator[Sample]:
    """The point with one number moved a little, up or down; whole numbers stay."""
    for step in (fmpq(1, 2), fmpq(1, 4)):
        for name in names[:4]:
            whole = name in sample.integers or sample.symbols.table[name].domain == "integer"
            if whole or name not in sample.values:
                continue
            for moved in (sample.values[name] - step, sample.values[name] + step):
                if sample.symbols.table[name].domain != "positive" or moved > 0:
                    yield sample.with_values({name: moved})


def _of_one_argument(name: str, *formulas: Formula) -> bool:
    calls = [node for formula in formulas for node in walk(formula.settled) if node.op == "call"]
    return all(len(node.args) == 1 for node in calls if node.value[0] == name)  # type: ignore[index]


def _declared_entries(expected: Formula, got: Formula) -> bool:
    return all(
        node.value is None
        for formula in (expected, got)
        for node in walk(formula.settled)
        if node.op == "entry"
    )


def _used(formula: Formula) -> frozenset[str]:
    return frozenset(name for name in formula.seen if isinstance(name, str))


def _candidates(
    expected: Formula, got: Formula, sizes: Mapping[str, int], names: list[str]
) -> Iterator[Sample]:
    """Small whole numbers first, then special values, kinks, and points on all scales."""
    symbols = expected.frame.symbols
    # The same question gets the same example, whatever the secret.
    seed = blake2b(repr(expected.node).encode()).digest()
    first: Sample | None = None
    for attempt in range(7):
        random = Random(seed + bytes([attempt]))  # noqa: S311
        try:
            sample = draw_sample(symbols, random, sizes, _SMALL, counting=attempt)
        except (Undefined, ZeroDivisionError):
            continue
        first = first or sample
        yield sample
    if first is None:
        return
    free = kinks.free_scalars(symbols, names)
    yield from special_values(first, free[:4])
    if ("exponent",) in expected.seen | got.seen:
        powers = {*kinks.in_exponents(expected.settled), *kinks.in_exponents(got.settled)}
        negative = first.with_values(
            {
                name: -abs(first.values[name])
                for name in free
                if symbols.table[name].domain == "real" and name not in first.integers
            }
        )
        yield from exponent_values(negative, sorted(powers & {*free}))
    found = list(dict.fromkeys([*kinks.parts(expected.settled, symbols), *kinks.parts(got.settled, symbols)]))
    if found:
        # The simplest numbers first.
        yield from sorted(kinks.around(found, [first], free), key=_digits)
    for stratum in range(2 * len(STRATA)):
        random = Random(seed + bytes([stratum, 1]))  # noqa: S311
        try:
            yield draw_sample(symbols, random, sizes, stratum, counting=stratum)
        except (Undefined, ZeroDivisionError):
            continue


def _digits(sample: Sample) -> int:
    numbers = [value for value in sample.values.values() if isinstance(value, fmpq)]
    return sum(value.p.bit_length() + value.q.bit_length() for value in numbers)


_SMALL = 3  # the stratum of small whole numbers


def _exactly(expected: Formula, got: Formula, sample: Sample) -> tuple[str, str] | None:
    """Both values in exact arithmetic; None where they are equal or not rational."""
    values: list[Value] = []
    for formula in (expected, got):
        try:
            values.append(evaluate(formula.settled, sample.rational))
        except (NotRational, Undefined, Unclear, KeyError, ZeroDivisionError, StudentError):
            return None
    if is_matrix(values[0]) == is_matrix(values[1]) and values[0] == values[1]:
        return None
    return show_value(values[0]), show_value(values[1])


def _really(
    expected: Formula,
    got: Formula,
    sample: Sample,
    plural: bool,
    meanings: Mapping[str, str],
    bits: int,
) -> tuple[str, str] | None:
    """Both values in balls, where these prove a difference or one has none."""
    with ctx.workprec(bits):
        point = sample.balls(plural=plural, meanings=meanings)
        try:
            first, second = (agreement.state(formula, point, plural) for formula in (expected, got))
        except StudentError:
            return None
        if "unclear" in (first.kind, second.kind) or first.kind == second.kind == "outside":
            return None
        if first.kind != second.kind:
            free = kinks.free_scalars(sample.symbols, sorted(_used(expected) | _used(got)))
            if agreement.is_isolated(expected, got, sample, free, plural):
                return None
            shown = [
                NOT_DEFINED if one.kind == "outside" else _show_entries(one.entries, formula, 6)
                for one, formula in ((first, expected), (second, got))
            ]
            return shown[0], shown[1]
        if all((a - b).contains(0) for a, b in zip(first.entries, second.entries, strict=True)):
            return None
        for digits in (6, 10, 16, 30, 60):
            shown = [
                _show_entries(one.entries, formula, digits)
                for one, formula in ((first, expected), (second, got))
            ]
            if shown[0] != shown[1]:
                return shown[0], shown[1]
    return None


def _show_entries(entries: tuple[Value, ...], formula: Formula, digits: int) -> str:
    texts = [_show_scalar(entry, digits) for entry in entries]
    if len(texts) == 1:
        return texts[0]
    columns = formula.shape[1]
    if columns == 1:
        return f"[{', '.join(texts)}]"
    width = len(texts) if formula.shape[0] == 1 else None
    if width is None:
        sizes = formula.frame.sizes(0)
        width = columns if isinstance(columns, int) else small_sizes(sizes)[columns]
    rows = [texts[start : start + width] for start in range(0, len(texts), width)]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def show_value(value: Value, digits: int = 6) -> str:
    """A value as people write it: fractions exactly, real numbers to six figures, vectors in brackets."""
    if not is_matrix(value):
        return _show_scalar(value, digits)
    texts = [_show_scalar(entry, digits) for entry in entries_of(value)]
    if value.ncols() == 1:
        return "[" + ", ".join(texts) + "]"
    width = value.ncols()
    rows = [texts[start : start + width] for start in range(0, len(texts), width)]
    return "[" + ", ".join("[" + ", ".join(row) + "]" for row in rows) + "]"


def _shown(value: Value) -> str:
    return str(value) if isinstance(value, Gaussian) else show_value(value)


def _show_scalar(value: Value, digits: int) -> str:
    if isinstance(value, acb):
        if value.imag == 0:
            return _show_scalar(value.real, digits)
        sign = "-" if value.imag < 0 else "+"
        return f"{_show_scalar(value.real, digits)} {sign} {_show_scalar(abs(value.imag), digits)}i"
    if isinstance(value, arb):
        middle = value.mid()
        if digits <= 16 and abs(middle) < 1e300:
            return f"{float(middle):.{digits}g}"
        return str(middle.str(digits, radius=False))
    if isinstance(value, fmpq) and (value.p.bit_length() > 200 or value.q.bit_length() > 200):
        return str((arb(value)).str(digits, radius=False))
    return str(value)


def _free_names(symbols: Symbols, used: frozenset[str]) -> frozenset[str]:
    """The names behind the used ones: an abbreviation is replaced by the names of its definition."""
    free: set[str] = set()
    waiting = list(used)
    while waiting:
        symbol = symbols.table.get(waiting.pop())
        if symbol is None:
            continue
        if symbol.definition is None:
            free.add(symbol.name)
        else:
            waiting.extend(names_in(symbol.definition))
    return frozenset(free)


def small_sizes(given: Mapping[str, int]) -> dict[str, int]:
    """The smallest different sizes in the declared order: an example a person can check by hand."""
    order = sorted(given, key=lambda name: given[name])
    return {name: rank + 2 for rank, name in enumerate(order)}
