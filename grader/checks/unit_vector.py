"""A direction: a vector of length 1, as a rule up to its sign."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from math import isqrt
from typing import Final, Literal

from grader.checks import OptionError, Sample, Setting, Understood
from grader.checks._common import (
    Credited,
    Difference,
    Expected,
    Key,
    ValueOptions,
    judge_against,
    key_samples,
    read_key,
    undecided,
)
from grader.checks._typed import (
    cut_words,
    echo,
    formula_text,
    ignored_words,
    read_formula,
    read_sides,
)
from grader.checks.number import Tolerance
from grader.errors import StudentError
from grader.maths.names import NONE, Symbols
from grader.maths.sameness.entries import Shape, expand, is_vector, shape_name
from grader.maths.tree import Node
from grader.maths.values.tolerance import Number, Rule, bounds, has_decimals
from grader.types import Answer, Evidence, Notation, Note, Reads, Verdict

_DEFAULT = Rule("abs", Fraction(1, 1000))
_EXACT = Fraction(1, 10**12)  # exact formulas agree to the accuracy of their evaluation
_SIGN = re.compile(r"^\s*(?:±|\\pm(?![A-Za-z])|\+/-|\+-)\s*")

READS: Final[Reads] = "value"


class Options(ValueOptions):
    """`sign: free` takes both directions; `tolerance` is for decimals; `not_unit` for a wrong length."""

    sign: Literal["free", "fixed"] = "free"
    tolerance: Tolerance = _DEFAULT
    not_unit: Credited | None = None


@dataclass(frozen=True, slots=True)
class Direction:
    """A unit vector, known to `error` in each entry."""

    entries: tuple[Fraction, ...]
    error: Fraction


@dataclass(frozen=True, slots=True)
class Prepared:
    key: Key[Direction]
    free_sign: bool
    tolerance: Rule
    not_unit: Credited | None


@dataclass(frozen=True, slots=True)
class _Read:
    node: Node
    entries: tuple[Fraction, ...]
    decimals: bool


def prepare(options: Options, setting: Setting) -> Prepared:
    """The expected direction, scaled to length 1, and the known mistakes.

    Raises:
        OptionError: a value is no vector, or is zero; a tolerance that is not absolute.
    """
    if options.tolerance.kind not in ("abs", "exact", "decimals"):
        raise OptionError(("tolerance",), options.tolerance.kind, "`abs: 1e-3`, `decimals: 3` or `exact`")
    key = read_key(options, setting, NONE, _direction)
    # A reference need not be normalised; what is typed in the samples must be.
    targets = tuple(target._replace(text=_unit_text(target.text)) for target in key.targets)
    slips = tuple(slip._replace(text=_unit_text(slip.text)) for slip in key.slips)
    key = key._replace(targets=targets, slips=slips)
    return Prepared(key, options.sign == "free", options.tolerance, options.not_unit)


def _direction(expected: Expected) -> Direction:
    vector = _vector(expected.node)
    if not any(vector):
        raise ValueError("the zero vector has no direction")
    return Direction(_normalised(vector), Fraction(1, 10**9) if expected.inexact else _EXACT)


def _unit_text(text: str) -> str:
    from grader.maths import notation

    node = notation.read(text, NONE, "plain")
    length = _square(_vector(node))
    if abs(length - 1) < Fraction(1, 10**6):
        return text
    return f"({text}) / sqrt({length})"


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether a typed vector is the expected direction, with length 1.

    Raises:
        StudentError: the text is not a vector of numbers.
    """
    text, words = cut_words(formula_text(answer.text))
    read = read_sides(text, answer.notation, lambda side, notation: _read(side, notation, prepared))
    got = min(read, key=lambda one: one.decimals)
    slack = _slack(prepared, got)
    if not all(_near(one.entries, got.entries, _slack(prepared, one)) for one in read):
        return undecided("several-values", "The sides of the equation are different vectors.", echo(got.node))
    notes = ignored_words(words)
    signs = (1, -1) if prepared.free_sign else (1,)

    def matches(expected: Direction) -> tuple[Evidence, ...] | None:
        for sign in signs:
            wanted = tuple(sign * entry for entry in expected.entries)
            if _near(got.entries, wanted, max(slack, expected.error)):
                return (
                    (Note("convention", "The opposite sign counts as the same direction."),)
                    if sign < 0
                    else ()
                )
        return None

    return judge_against(prepared.key, echo(got.node), matches, lambda: _difference(prepared, got), notes)


def understand(answer: Answer, symbols: Symbols) -> Understood:
    """The vector; its length is not looked at.

    Raises:
        StudentError: the text is not a vector.
    """
    text = cut_words(formula_text(answer.text))[0]
    node, shape = read_sides(
        text, answer.notation, lambda side, notation: _typed(_SIGN.sub("", side), notation)
    )[-1]
    return Understood(shape_name(shape), *echo(node), node)


def _read(text: str, notation: Notation, prepared: Prepared) -> _Read:
    node, _ = _typed(_SIGN.sub("", text) if prepared.free_sign else text, notation)
    return _Read(node, _vector(node), has_decimals(node))


def _typed(text: str, notation: Notation) -> tuple[Node, Shape]:
    bare = not re.search(r"[()\[\]{}|&]", text) and "," in text
    node = read_formula(f"[{text}]" if bare else text, NONE, notation)
    entries = expand(node)
    if not is_vector(entries.shape):
        raise StudentError(f"This is {shape_name(entries.shape)}; a vector is wanted.", code="shape")
    return node, entries.shape


def _vector(node: Node) -> tuple[Fraction, ...]:
    from grader.maths.values import numbers

    entries = expand(node)
    if not is_vector(entries.shape):
        raise ValueError(f"this is {shape_name(entries.shape)}, and a vector is wanted")
    return tuple(_middle(numbers.evaluate(cell)) for cell in entries.cells)


def _middle(number: Number) -> Fraction:
    low, high = bounds(number)
    if high - low > _EXACT * max(Fraction(1), abs(low)):
        raise StudentError("An entry is not known precisely enough.", code="inexact")
    return (low + high) / 2


def _slack(prepared: Prepared, got: _Read) -> Fraction:
    """How far an entry may be off: the tolerance for typed decimals, nothing for exact formulas."""
    rule = prepared.tolerance
    if not got.decimals or rule.kind == "exact":
        return _EXACT
    return rule.amount if rule.kind == "abs" else Fraction(1, 2) * Fraction(10) ** -int(rule.amount)


def _near(got: tuple[Fraction, ...], wanted: tuple[Fraction, ...], slack: Fraction) -> bool:
    return len(got) == len(wanted) and all(abs(a - b) <= slack for a, b in zip(got, wanted, strict=True))


def _normalised(vector: tuple[Fraction, ...]) -> tuple[Fraction, ...]:
    length = _root(_square(vector))
    return tuple(entry / length for entry in vector)


def _square(vector: tuple[Fraction, ...]) -> Fraction:
    return sum((entry * entry for entry in vector), Fraction(0))


def _root(square: Fraction) -> Fraction:
    """A square root to more than 20 digits."""
    scale = 10**60
    return Fraction(isqrt(square.numerator * scale * square.denominator), square.denominator * isqrt(scale))


def _difference(prepared: Prepared, got: _Read) -> Difference:
    sizes = {len(target.value.entries) for target in prepared.key.targets}
    if len(got.entries) not in sizes:
        wanted = " or ".join(map(str, sorted(sizes)))
        return Difference("shape", f"This vector has {len(got.entries)} entries; expected are {wanted}.")
    if not any(got.entries):
        return Difference("zero", "The zero vector has no direction.")
    unit = _normalised(got.entries)
    slack = max(_slack(prepared, got), Fraction(1, 10**9))
    for target in prepared.key.targets:
        for sign in (1, -1):
            if not _near(unit, tuple(sign * entry for entry in target.value.entries), slack):
                continue
            if sign < 0 and not prepared.free_sign:
                return Difference("sign", "This points in the opposite direction.")
            return _not_unit(prepared, got)
    if _has_length_one(got, slack):
        return Difference("direction", "This is a unit vector, but not in the expected direction.")
    return Difference("direction", "This is not the expected direction.")


def _not_unit(prepared: Prepared, got: _Read) -> Difference:
    if prepared.not_unit is not None:
        return Difference("not-unit", prepared.not_unit.say, credit=prepared.not_unit.credit, declared=True)
    return Difference("not-unit", "The direction is right, but the length of this vector is not 1.")


def _has_length_one(got: _Read, slack: Fraction) -> bool:
    return abs(_square(got.entries) - 1) <= 2 * slack * len(got.entries)


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The expected direction, a longer vector, and the declared mistakes as typed answers."""
    longer: Iterator[Sample] = (
        Sample(f"not of length 1: {prepared.not_unit.say}", f"2 ({target.text})", prepared.not_unit.credit)
        for target in prepared.key.targets[:1]
        if prepared.not_unit is not None
    )
    return (*key_samples(prepared.key), *longer)
