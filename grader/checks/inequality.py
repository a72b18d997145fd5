"""When one of two numbers is larger: `m > n`, `n < m`, `2n + m < 3m`, judged by the numbers that satisfy it.

    check: inequality
    variables: [n, m]                 # positive whole numbers
    accept:
      - {expected: m > n}
      - {expected: m >= n, note: "Both cost the same at m = n."}
    mistakes:
      - {is: m < n, credit: 0, say: "The other way round."}

One inequality is read, alone or behind a few words. Several of them, words that may turn it, and inequalities
that only small numbers cannot tell apart wait for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from typing import Annotated, Final

from grader.checks import OptionError, Sample, Setting
from grader.checks._common import Accepted as AcceptedValue
from grader.checks._common import (
    CheckOptions,
    Difference,
    Key,
    Mistake,
    Slip,
    Target,
    echo,
    formula_text,
    judge_against,
    key_samples,
    undecided,
)
from grader.checks._typed import read_formula
from grader.errors import StudentError
from grader.maths.names import SymbolFault, Symbols, declare
from grader.maths.sameness.decide import decide
from grader.maths.tree import Node, names_in
from grader.maths.values.exact import exact
from grader.options import Size
from grader.types import Answer, Checklist, Evidence, Notation, Note, Reads, Verdict

READS: Final[Reads] = "prose"

_LONGEST = 2_000
_LONG = 4_000
_GRID = range(1, 13)
_SIGN = re.compile(r"<=|>=|<|>|≤|≥|\\(?:leqslant|geqslant|leq?|geq?|lt|gt)(?![A-Za-z])")
# Words that leave an inequality what it is.
_PLAIN = frozenset(
    "a and as be better both case cheaper choice cost costs fewer for forward forward-mode holds if iff in "
    "is it less long mode needs of only operations preferable prefer so than that the then this thus use "
    "using we when whenever where wide wider will wins with z".split()
)


class Options(CheckOptions):
    """`variables`, all positive whole numbers; what is accepted, known mistakes, `items` for a person.

    `about` are words of what the inequality is the condition for: of a text that has one for each of several
    things, the clause with such a word is read.
    """

    variables: Annotated[tuple[str, ...], Size(1)]
    accept: Annotated[tuple[AcceptedValue, ...], Size(1)]
    mistakes: tuple[Mistake, ...] = ()
    items: tuple[str, ...] = ()
    about: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Prepared:
    key: Key[Node]
    symbols: Symbols
    variables: tuple[str, ...]
    secret: bytes
    items: tuple[str, ...]
    about: tuple[str, ...] = ()


def prepare(options: Options, setting: Setting) -> Prepared:
    """The accepted inequalities and the known mistakes.

    Raises:
        OptionError: a variable that is no name, a value that is no inequality in the variables.
    """
    try:
        symbols = declare({name: {"scalar": "positive"} for name in options.variables}, [])
    except SymbolFault as error:
        raise OptionError(("variables",), error.found, error.meant) from error

    def one(text: str, path: tuple[str | int, ...]) -> tuple[Node, str]:
        reference = setting.reference.get(text.strip().removeprefix("ref."))
        if text.strip().startswith("ref.") and reference is not None:
            text = str(reference())
        try:
            return _relation(text, symbols, "plain"), text
        except StudentError as error:
            raise OptionError(path, repr(text), f"an inequality such as m > n: {error}") from error

    targets = tuple(
        Target(*one(each.expected, ("accept", k, "expected")), each.as_, each.note)
        for k, each in enumerate(options.accept)
    )
    slips = tuple(
        Slip(*one(each.is_, ("mistakes", k, "is")), each.credit, each.say)
        for k, each in enumerate(options.mistakes)
    )
    return Prepared(
        Key(targets, slips), symbols, options.variables, setting.secret, options.items, options.about
    )


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether an inequality holds for the same numbers as an accepted one."""
    items = (Checklist(prepared.items),) if prepared.items else ()
    text = (answer.text or answer.passage).strip()
    node = _stated(text, prepared.symbols, answer.notation)
    if node is None and len(clauses := list(_clauses(text, prepared.about))) == 1:
        node = _stated(clauses[0], prepared.symbols, answer.notation)
    if node is None:
        message = "No single inequality can be told apart from the words; a person reads this."
        return undecided("words", message, ("", ""), *items)
    doubt = False

    def matches(expected: Node) -> tuple[Evidence, ...] | None:
        nonlocal doubt
        found = decide(expected, node, prepared.symbols, secret=prepared.secret)
        if found.outcome == "same":
            return (Note("proof", found.how),)
        if _example(expected, node, prepared.variables) is None:
            doubt = True
        return None

    def otherwise() -> Difference:
        if doubt:
            message = "It holds for the same small numbers as an expected one; a person decides."
            return Difference("undecided", message, items, credit=None)
        expected = prepared.key.targets[0].value
        example = _example(expected, node, prepared.variables)
        assert example is not None
        point, holds = example
        numbers = ", ".join(f"{name} = {value}" for name, value in point.items())
        said = (
            "this holds and the expected condition does not"
            if holds
            else "the expected condition holds and this does not"
        )
        return Difference("different", f"At {numbers} {said}.")

    return judge_against(prepared.key, echo(node), matches, otherwise)


def _relation(text: str, symbols: Symbols, notation: Notation) -> Node:
    node = read_formula(formula_text(text), symbols, notation)
    signs = node.value if isinstance(node.value, tuple) else (node.value,)
    if node.op != "relation" or not set(signs) <= {"<", "<=", ">", ">="}:
        raise StudentError("An inequality is wanted, such as m > n.", code="relation")
    if not names_in(node):
        raise StudentError("This inequality has no variable.", code="relation")
    return node


def _stated(text: str, symbols: Symbols, notation: Notation) -> Node | None:
    """The only inequality of a text whose other words leave it what it is."""
    if len(text) > _LONGEST or not _SIGN.search(text):
        return None
    for before, formula, after in _pieces(text):
        words = re.findall(r"[^\W\d_]+(?:-[^\W\d_]+)*", f"{before} {after}".lower())
        if not set(words) <= _PLAIN:
            continue
        try:
            return _relation(formula, symbols, "latex" if "\\" in formula else notation)
        except StudentError:
            continue
    return None


def _clauses(text: str, about: tuple[str, ...]) -> Iterator[str]:
    """The clauses of a text with an inequality and one of some words."""
    for clause in re.split(r"[.;:]\s|,\s|\n|\bwhile\b|\bwhereas\b|\band\b", text[:_LONG]):
        words = re.findall(r"[a-z]+", clause.lower())
        if any(word in words for word in about) and _SIGN.search(clause):
            yield clause


def _pieces(text: str) -> Iterator[tuple[str, str, str]]:
    """A text as words, formula, words: the formula in dollars, or what begins at each word."""
    dollars = re.findall(r"\$([^$]+)\$", text)
    if len(dollars) == 1 and text.count("$") == 2:
        before, formula, after = text.split("$")
        yield before, formula, after
        return
    words = [match.start() for match in re.finditer(r"\S+", text)]
    ends = [match.end() for match in re.finditer(r"\S+", text.rstrip(" .;,"))]
    for start in words:
        for end in reversed(ends):
            if end > start and _SIGN.search(text, start, end):
                yield text[:start], text[start:end].strip(" .;,"), text[end:]


def _example(expected: Node, got: Node, variables: tuple[str, ...]) -> tuple[dict[str, int], bool] | None:
    """Small numbers for which only one of two inequalities holds, and whether the second does."""
    for values in product(_GRID, repeat=len(variables)):
        point = dict(zip(variables, values, strict=True))
        holds = _holds(got, point)
        wanted = _holds(expected, point)
        if holds is not None and wanted is not None and holds != wanted:
            return point, holds
    return None


def _holds(node: Node, point: dict[str, int]) -> bool | None:
    sides = [exact(side, point) for side in node.args]
    if None in sides:
        return None
    signs = node.value if isinstance(node.value, tuple) else (node.value,)
    numbers = [Fraction(side) for side in sides if side is not None]
    pairs = zip(numbers, numbers[1:], signs, strict=False)
    return all(_compared(a, b, str(sign)) for a, b, sign in pairs)


def _compared(a: Fraction, b: Fraction, sign: str) -> bool:
    return {"<": a < b, "<=": a <= b, ">": a > b, ">=": a >= b}[sign]


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The accepted inequalities and the declared mistakes, typed."""
    return key_samples(prepared.key)
