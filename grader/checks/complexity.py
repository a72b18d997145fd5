"""A cost as an order of growth: `O(n^2)`, `quadratic`, `n(n+1)/2`, or no cost at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Final

from grader.checks import OptionError, Sample, Setting
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
    formula_text,
    ignored_words,
    notation_of,
    read_formula,
)
from grader.errors import StudentError
from grader.maths.growth import Growth, compare, growth
from grader.maths.names import SymbolFault, Symbols, declare
from grader.maths.tree import Node, number, symbol
from grader.options import Size
from grader.types import Answer, Evidence, Notation, Note, Reads, Verdict

_LONGEST = 4_000  # characters of a cost with its reason

READS: Final[Reads] = "value"


class Options(ValueOptions):
    """`variables`: the names that grow; everything else in a cost is a constant."""

    variables: Annotated[tuple[str, ...], Size(1)]


@dataclass(frozen=True, slots=True)
class Prepared:
    key: Key[Growth]
    variables: tuple[str, ...]
    symbols: Symbols


@dataclass(frozen=True, slots=True)
class _Read:
    node: Node
    growth: Growth


def prepare(options: Options, setting: Setting) -> Prepared:
    """The accepted orders of growth and the known mistakes.

    Raises:
        OptionError: a variable that is no name, a value that is no order of growth.
    """
    try:
        symbols = declare({name: {"scalar": "positive"} for name in options.variables}, [])
    except SymbolFault as error:
        raise OptionError(("variables",), error.found, error.meant) from error
    key = read_key(options, setting, symbols, _order)
    return Prepared(key, options.variables, symbols)


def _order(expected: Expected) -> Growth:
    return growth(expected.node)


def judge(prepared: Prepared, answer: Answer) -> Verdict:
    """Whether a typed cost grows like the expected one; constant factors do not matter.

    Raises:
        StudentError: no order of growth can be read.
    """
    try:
        read, notes = _read(answer, prepared)
    except StudentError as error:
        if error.code in ("growth", "negated", "bound"):
            return undecided(error.code, str(error))
        raise
    first = read[0]
    if any(one.growth != first.growth for one in read):
        found = ", ".join(dict.fromkeys(f"O({one.growth})" for one in read))
        return undecided("several-values", f"Several costs can be read here: {found}.", echo(first.node))

    def matches(expected: Growth) -> tuple[Evidence, ...] | None:
        if compare(first.growth, expected) != "same":
            return None
        if first.growth.plain:
            return ()
        return (Note("remark", f"Of the order {first.growth}; constant factors and slower terms can go."),)

    def otherwise() -> Difference:
        return Difference("different", f"The order {first.growth} is not the expected one.")

    return judge_against(prepared.key, echo(first.node), matches, otherwise, notes)


# --- reading ---------------------------------------------------------------------------------------

_BIG = re.compile(
    r"(?:\\(?:mathcal|mathrm|text|operatorname)\s*\{?\s*(?P<font>O|Theta)\s*\}?|\\(?P<command>Theta|Omega|omega)"
    r"|(?<![A-Za-z\\])(?P<letter>O|Theta|theta|Omega|o)|(?P<sign>[Θθ𝒪Ω]))\s*(?:\\left|\\bigl?|\\Big)?\s*\("
)
_LOWER = frozenset(("Omega", "omega", "Ω", "o"))
_ADORNED = re.compile(r"\\(?:tilde|widetilde)\s*\{?\s*(?:\\mathcal\s*\{?)?\s*O|Õ")
_NEGATED = re.compile(
    r"\b(?:not|never|isn't|doesn't|instead of|rather than|than|without|unlike|naive(?:ly)?|otherwise)\b",
    re.IGNORECASE,
)
_WORDS = {
    "constant": "1",
    "logarithmic": "log",
    "linear": "n",
    "linearithmic": "n log",
    "quasilinear": "n log",
    "log-linear": "n log",
    "quadratic": "n^2",
    "cubic": "n^3",
    "exponential": "2^n",
}
_CLASS = re.compile(
    rf"(?<![\w-])(?P<word>{'|'.join(_WORDS)})(?:ly)?(?![\w-])(?!\s+(?:factor|algebra|map|model|layer|regression)s?)"
    r"(?:\s+(?:time|memory|space|cost|in|complexity)\b)*(?:\s+(?P<of>\\?[a-z]\w*))?",
    re.IGNORECASE,
)
_SPELLED = re.compile(
    r"^(?P<name>\\?[A-Za-z]\w*)[\s-]+(?P<power>squared|cubed|log\s*n|log)\.?$", re.IGNORECASE
)
_NOTHING = re.compile(
    r"^(?:(?:there\s+is|it\s+(?:has|is)|at|takes?|costs?)\s+)*"
    r"(?:no(?:\s+(?:extra|additional))?\s+(?:cost|costs|time|memory|operations?|computation)(?:\s+at\s+all)?"
    r"|zero(?:\s+(?:cost|time|memory|operations))?|none|nothing|free|for\s+free)\b",
    re.IGNORECASE,
)
_GLUED = re.compile(r"(?<![A-Za-z\\])([A-Za-z])log(?=[A-Za-z]?(?![A-Za-z]))")


def _read(answer: Answer, prepared: Prepared) -> tuple[list[_Read], tuple[Note, ...]]:
    text = answer.text.strip()
    if len(text) > _LONGEST:
        raise StudentError(f"A cost of {len(text):,} characters is not read; write O(...).", code="too-long")
    if _ADORNED.search(text):
        raise StudentError("This order leaves out logarithms; a person decides.", code="bound")
    inside, rest = _big_o(text)
    found = [_formula(one, answer.notation, prepared) for one in inside]
    if found:
        if _NEGATED.search(rest):
            raise StudentError("The text says what the cost is not; a person decides.", code="negated")
        found += [one for one in _named(rest, prepared) if one.growth not in (f.growth for f in found)]
        words = " ".join(re.findall(r"[^\W\d_]{3,}", rest))
        return found, ignored_words(words)
    nothing = _NOTHING.match(text)
    if nothing is not None and not re.search(r"\d|\\", text):
        return [_Read(number(0), Growth(frozenset()))], ignored_words(text[nothing.end() :].strip(" .,;:"))
    named = list(_named(text, prepared))
    if named:
        if _NEGATED.search(text) or re.search(r"\b(?:sub|super|non)[\s-]", text, re.IGNORECASE):
            raise StudentError("The text says what the cost is not; a person decides.", code="negated")
        return named, ()
    formula, words = cut_words(formula_text(text))
    return [_formula(formula.split("=")[-1], answer.notation, prepared)], ignored_words(words)


def _big_o(text: str) -> tuple[list[str], str]:
    """What stands inside each O( ), and the text around them."""
    inside: list[str] = []
    rest: list[str] = []
    position = 0
    for match in _BIG.finditer(text):
        if match.start() < position:
            continue
        if _LOWER & set(match.groupdict().values()):
            raise StudentError("This is not the order O( ) or Θ( ); a person decides.", code="bound")
        end = _closing(text, match.end())
        if end is None:
            raise StudentError("A bracket of O( ) is not closed.", code="syntax")
        inside.append(re.sub(r"\\(?:right|bigr?|Big)\s*$", "", text[match.end() : end]))
        rest.append(text[position : match.start()])
        position = end + 1
        if len(inside) > 8:
            raise StudentError("More than 8 costs stand here; one is wanted.", code="several-values")
    return inside, " ".join([*rest, text[position:]])


def _closing(text: str, start: int) -> int | None:
    depth = 1
    for position in range(start, len(text)):
        depth += (text[position] == "(") - (text[position] == ")")
        if depth == 0:
            return position
    return None


def _formula(text: str, notation: Notation, prepared: Prepared) -> _Read:
    spelled = _SPELLED.match(text.strip())
    if spelled is not None:
        power = spelled["power"].lower()
        name = spelled["name"]
        text = (
            f"{name}^2" if power == "squared" else f"{name}^3" if power == "cubed" else f"{name} log({name})"
        )
    text = _GLUED.sub(r"\1 log ", text)
    node = read_formula(text, prepared.symbols, notation_of(text, notation))
    return _Read(node, growth(node))


def _named(text: str, prepared: Prepared) -> Iterator[_Read]:
    """The orders that a text names by words; the variable is the one named, or the only one."""
    for match in _CLASS.finditer(text):
        of = prepared.symbols.find(match["of"]) if match["of"] else None
        if of is None and len(prepared.variables) > 1 and match["word"].lower() != "constant":
            raise StudentError(f"{match['word']} in which of {', '.join(prepared.variables)}?", code="growth")
        name = of.name if of is not None else prepared.variables[0]
        node = _class_node(_WORDS[match["word"].lower()], symbol(name))
        yield _Read(node, growth(node))


def _class_node(order: str, variable: Node) -> Node:
    logarithm = Node("call", (variable,), ("log", 0))
    return {
        "1": number(1),
        "log": logarithm,
        "n": variable,
        "n log": Node("product", (variable, logarithm)),
        "n^2": Node("power", (variable, number(2))),
        "n^3": Node("power", (variable, number(3))),
        "2^n": Node("power", (number(2), variable)),
    }[order]


def samples(prepared: Prepared) -> tuple[Sample, ...]:
    """The accepted orders and the declared mistakes as typed answers."""
    return tuple(
        Sample(sample.label, f"O({sample.text})", sample.credit) for sample in key_samples(prepared.key)
    )
