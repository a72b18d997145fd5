"""One number: exact, or a decimal within what the rubric tolerates."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final

from grader.checks import OptionError, Sample, Setting, Understood
from grader.checks._common import (
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
    exact_value,
    formula_text,
    ignored_words,
    read_formula,
    read_sides,
)
from grader.errors import StudentError
from grader.maths.names import NONE, Symbols
from grader.maths.tree import Node
from grader.maths.values.tolerance import (
    FEWEST_FIGURES,
    GOOD,
    USUAL,
    Agreement,
    Number,
    Rule,
    Typed,
    agree,
    rule,
    typed,
)
from grader.options import By
from grader.types import Answer, Evidence, Notation, Note, Reads, Verdict

Tolerance = Annotated[Any, By(rule)]

READS: Final[Reads] = "value"


class Options(ValueOptions):
    """`expected` or `accept`, `mistakes`, and `tolerance`: `exact`, or one of abs, rel, decimals, figures."""

    tolerance: Tolerance = USUAL


@dataclass(frozen=True, slots=True)
class Prepared:
    key: Key[Number]
    tolerance: Rule


@dataclass(frozen=True, slots=True)
class _Read:
    node: Node
    value: Number
    typed: Typed | None


def prepare(options: Options, setting: Setting) -> Prepared:
    """The accepted numbers and the known mistakes.

    Raises:
        OptionError: a value is not one number, or is inexact where no tolerance is given.
    """
    return Prepared(
        read_key(options, setting, NONE, lambda expected: _expected(expected, options.tolerance)),
        options.tolerance,
    )


def _expected(expected: Expected, tolerance: Rule) -> Number:
    from grader.maths.values import numbers

    if expected.inexact and tolerance.kind in ("usual", "exact"):
        raise OptionError(("tolerance",), "none", needs_tolerance(expected.text))
    return numbers.evaluate(expected.node)


def needs_tolerance(text: str) -> str:
    """What is meant where a reference gives floating-point numbers and the rubric says no tolerance."""
    return f"a tolerance such as `abs: 1e-3`, because the reference computes {text[:60]} in floating point"


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether a typed number is one of the accepted ones.

    Raises:
        StudentError: the text is not one finite number.
    """
    text, words = _written(answer)
    read = read_sides(text, answer.notation, _number)
    # The first readable side is the most exact one in 1/3 = 0.33; the others must not contradict it.
    got = min(read, key=lambda one: one.typed is not None)
    if any(agree(one.value, got.value, USUAL, one.typed) in ("different", "unsure") for one in read):
        return undecided("several-values", "The sides of the equation are different numbers.", echo(got.node))
    notes = ignored_words(words)
    unsure = False

    def matches(expected: Number) -> tuple[Evidence, ...] | None:
        nonlocal unsure
        agreement = agree(got.value, expected, prepared.tolerance, got.typed)
        unsure = unsure or agreement == "unsure"
        return how(agreement, prepared.tolerance) if agreement in GOOD else None

    def otherwise() -> Difference:
        if unsure:
            return Difference("inexact", "The number is not known precisely enough to decide.", credit=None)
        found = {
            agree(got.value, target.value, prepared.tolerance, got.typed) for target in prepared.key.targets
        }
        code, said = nearly(found, "This number")
        slip = _slip(got, prepared) if code == "different" else None
        return Difference(code, said) if slip is None else Difference(f"near:{slip[0]}", slip[1])

    return judge_against(prepared.key, echo(got.node), matches, otherwise, notes)


def _slip(got: _Read, prepared: Prepared) -> tuple[str, str] | None:
    from grader.maths.why.nearby import near

    found = (near(got.value, one.value, prepared.tolerance, got.typed) for one in prepared.key.targets)
    return next((slip for slip in found if slip is not None), None)


def how(agreement: Agreement, tolerance: Rule) -> tuple[Note, ...]:
    """The note that says how a number that is not equal came to be right."""
    if agreement == "within" and tolerance.kind == "usual":
        return (Note("proof", f"Equal to {FEWEST_FIGURES} significant figures."),)
    if agreement == "within":
        return (Note("proof", f"Equal {tolerance}."),)
    if agreement == "rounded":
        return (Note("proof", "Equal when the expected value is rounded to the digits given."),)
    return ()


def nearly(found: set[Agreement], what: str) -> tuple[str, str]:
    """The code and the sentence for a number that is not right."""
    if "few figures" in found:
        return (
            "few-figures",
            f"{what} is right as far as it goes; give at least {FEWEST_FIGURES} significant figures.",
        )
    if "cut off" in found:
        return "cut-off", f"{what} is cut off where it should be rounded in its last digit."
    return "different", f"{what} is not the expected one."


def understand(answer: Answer, symbols: Symbols) -> Understood:
    """The number.

    Raises:
        StudentError: the text is not one number.
    """
    node = read_sides(_written(answer)[0], answer.notation, _one)[-1]
    value = exact_value(node)
    return Understood("a number", *echo(node), node, None if value is None else (value,))


def _written(answer: Answer) -> tuple[str, str]:
    text, words = cut_words(formula_text(answer.text))
    if re.search(r"%\s*$", text):
        raise StudentError("Write the number itself, not a percentage: 0.25 for 25 %.", code="percent")
    return text, words


def _number(text: str, notation: Notation) -> _Read:
    from grader.maths.values import numbers

    node = _one(text, notation)
    return _Read(node, numbers.evaluate(node), typed(node))


def _one(text: str, notation: Notation) -> Node:
    node = read_formula(text, NONE, notation)
    while node.op in ("list", "matrix"):
        if len(node.args) != 1:
            raise StudentError(
                f"{len(node.args)} values stand here; one number is wanted.", code="several-values"
            )
        node = node.args[0]
    return node


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The accepted numbers and the declared mistakes as typed answers."""
    return key_samples(prepared.key)
