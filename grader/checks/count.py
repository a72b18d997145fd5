"""An exact whole number: parameters, neurons, connections."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Final

from grader.checks import Sample, Setting, Understood
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
from grader.types import Answer, Evidence, Notation, Reads, Verdict

if TYPE_CHECKING:
    from flint import arb

_GAP = r"(?:,|\{,\}|\\,|\\ |\\;|~|[ \u00a0\u2009\u202f'’_])"
_GROUPS = re.compile(rf"(?<![\d.,])\d{{1,3}}(?P<gap>{_GAP})\d{{3}}(?:(?P=gap)\d{{3}})*(?![\d.]|,\d)")
_DOTTED = re.compile(r"(?<![\d.,])\d{1,3}(?:\.\d{3}){2,}(?![\d.,])")
_ONE_DOT = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_NEIGHBOURS = re.compile(r"(?<!frac)(?<!frac )\b\d+\s+\d")
_LABEL = re.compile(r"^[^\W\d_][^\d=:\\(]*[:=]\s*")

READS: Final[Reads] = "value"


class Options(ValueOptions):
    """`expected` or `accept`, and `mistakes`."""


@dataclass(frozen=True, slots=True)
class Prepared:
    key: Key[Fraction]


def prepare(options: Options, setting: Setting) -> Prepared:
    """The accepted counts and the known mistakes.

    Raises:
        OptionError: one of them is not a whole number.
    """
    return Prepared(read_key(options, setting, NONE, _whole))


def _whole(expected: Expected) -> Fraction:
    from grader.maths.values import numbers

    value = numbers.evaluate(expected.node)
    if not isinstance(value, Fraction) or value.denominator != 1:
        raise ValueError("a count is a whole number")
    return value


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether a typed count is one of the accepted ones.

    Raises:
        StudentError: the text is not one number or sum.
    """
    text, words = _written(answer)
    read = read_sides(text, answer.notation, _number)
    (_, value), node = read[-1], read[-1][0]
    if any(other != value for _, other in read):
        return undecided("several-values", "The sides of the equation are different numbers.", echo(node))
    notes = ignored_words(words)
    if not isinstance(value, Fraction):
        return undecided("inexact", "A count is wanted, and this value is not exact.", echo(node), *notes)

    def matches(expected: Fraction) -> tuple[Evidence, ...] | None:
        return () if value == expected else None

    def otherwise() -> Difference:
        if value.denominator != 1:
            return Difference("not-whole", "A count is a whole number; this is not one.")
        from grader.maths.values.tolerance import Rule
        from grader.maths.why.nearby import near

        said = f"{_grouped(value)} is not the expected count."
        slips = (near(value, target.value, Rule("exact")) for target in prepared.key.targets)
        slip = next((slip for slip in slips if slip is not None), None)
        # The slip is for the statistics of the course: said aloud, it would give the number away.
        return Difference("different" if slip is None else f"near:{slip[0]}", said)

    return judge_against(prepared.key, echo(node), matches, otherwise, notes)


def understand(answer: Answer, symbols: Symbols) -> Understood:
    """The number, and whether it is a whole one.

    Raises:
        StudentError: the text is not one number or sum.
    """
    node = read_sides(_written(answer)[0], answer.notation, _one)[-1]
    value = exact_value(node)
    what = "a number" if value is None or value.denominator != 1 else "a whole number"
    return Understood(what, *echo(node), node, None if value is None else (value,))


def _written(answer: Answer) -> tuple[str, str]:
    text, words = cut_words(_LABEL.sub("", formula_text(answer.text)))
    text = without_separators(text)
    if _NEIGHBOURS.search(text):
        raise StudentError("Several numbers stand side by side; one is wanted.", code="several-values")
    return text, words


def without_separators(text: str) -> str:
    r"""A text whose thousands are written without separators.

    >>> [without_separators(t) for t in ("52,444,644", r"52\,444\,644", "1 792 + 64", "1.605.632", "27, 4")]
    ['52444644', '52444644', '1792 + 64', '1605632', '27, 4']

    Raises:
        StudentError: `1.124`, which may be a thousand or one and a bit.
    """
    if _ONE_DOT.fullmatch(text):
        raise StudentError(
            f"{text} can be read as {text.replace('.', '')} or as a decimal; leave out the point.",
            code="ambiguous",
        )
    text = _DOTTED.sub(lambda match: match[0].replace(".", ""), text)
    return _GROUPS.sub(lambda match: match[0].replace(match["gap"], ""), text)


def _number(text: str, notation: Notation) -> tuple[Node, Fraction | arb]:
    from grader.maths.values import numbers

    node = _one(text, notation)
    return node, numbers.evaluate(node)


def _one(text: str, notation: Notation) -> Node:
    node = read_formula(text, NONE, notation)
    if node.op in ("list", "matrix"):
        raise StudentError(
            f"{len(node.args)} values stand here; one number is wanted. "
            "Write thousands without separators, as in 12345678.",
            code="several-values",
        )
    return node


def _grouped(value: Fraction) -> str:
    return f"{value.numerator:,}" if abs(value.numerator) < 10**30 else "This number"


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The accepted counts and the declared mistakes as typed answers."""
    return key_samples(prepared.key)
