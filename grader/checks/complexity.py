"""A cost as an order of growth: `O(n^2)`, `quadratic`, `n(n+1)/2`, or no cost at all."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Final

from grader.checks import OptionError, Sample, Setting
from grader.checks._beside import changing, left_aside, without_emphasis
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
    shortened,
)
from grader.errors import StudentError
from grader.maths.names import SymbolFault, Symbols, declare
from grader.maths.sameness.growth import Growth, compare, growth
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


@dataclass(frozen=True, slots=True)
class _Reading:
    """The costs that were read, what was left aside beside them, and what may change their meaning."""

    costs: list[_Read]
    aside: str
    changing: str
    denies: bool = False
    """A sentence before the costs says that something is not so: what is right stands, a mistake may not."""


_FREE = _Read(number(0), Growth(frozenset()))


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
        reading = _read(answer, prepared)
    except StudentError as error:
        if error.code in ("growth", "negated", "bound"):
            return undecided(error.code, str(error))
        raise
    first, notes = reading.costs[0], ignored_words(reading.aside)
    if any(one.growth != first.growth for one in reading.costs):
        found = ", ".join(dict.fromkeys(f"O({one.growth})" for one in reading.costs))
        return undecided("several-values", f"Several costs can be read here: {found}.", echo(first.node))
    if reading.changing:
        message = (
            f"“{shortened(reading.changing)}” may change what O({first.growth}) means; a person decides."
        )
        return undecided("context", message, echo(first.node))

    def matches(expected: Growth) -> tuple[Evidence, ...] | None:
        if compare(first.growth, expected) != "same":
            return None
        if first.growth.plain:
            return ()
        return (Note("remark", f"Of the order {first.growth}; constant factors and slower terms can go."),)

    def otherwise() -> Difference:
        return Difference("different", f"The order {first.growth} is not the expected one.")

    verdict = judge_against(prepared.key, echo(first.node), matches, otherwise, notes)
    if reading.denies and verdict.credit != 1:
        message = f"O({first.growth}) stands behind a sentence that says what is not so; a person decides."
        return undecided("negated", message, echo(first.node))
    return verdict


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
_SENTENCE = re.compile(r"[.!]\s+(?=[A-Z])")
_GLUED = re.compile(r"(?<![A-Za-z\\])([A-Za-z])log(?=[A-Za-z]?(?![A-Za-z]))")


def _read(answer: Answer, prepared: Prepared) -> _Reading:
    length = len(answer.text.strip())
    if length > _LONGEST:
        raise StudentError(f"A cost of {length:,} characters is not read; write O(...).", code="too-long")
    text = without_emphasis(answer.text.strip())
    if _ADORNED.search(text):
        raise StudentError("This order leaves out logarithms; a person decides.", code="bound")
    inside, around = _big_o(text)
    if inside:
        found = [_formula(one, answer.notation, prepared) for one in inside]
        return _with_context(found, around, prepared)
    nothing = _NOTHING.match(text)
    if nothing is not None and not re.search(r"\d|\\", text):
        # "no cost, because J is constant": that word is about J
        after = re.sub(r"\bconstant\b", " ", text[nothing.end() :])
        return replace(
            _with_context([_FREE], ["", after], prepared), aside=left_aside([text[nothing.end() :]])
        )
    words = list(_CLASS.finditer(text))
    if words:
        if re.search(r"\b(?:sub|super|non)[\s-]", text, re.IGNORECASE):
            raise StudentError("The text says what the cost is not; a person decides.", code="negated")
        ends = [0, *(_end(match, prepared) for match in words)]
        starts = [*(match.start() for match in words), len(text)]
        around = [text[end:start] for end, start in zip(ends, starts, strict=True)]
        return _with_context([_named(match, prepared) for match in words], around, prepared)
    formula, after = cut_words(formula_text(text))
    cost = _formula(formula.split("=")[-1], answer.notation, prepared)
    return _with_context([cost], ["", after], prepared)


def _with_context(costs: list[_Read], around: list[str], prepared: Prepared) -> _Reading:
    """Costs with the costs that are named in the text around them, and what else that says."""
    earlier, around = _sentences_before(around)
    if any(map(_NEGATED.search, around)):
        raise StudentError("The text says what the cost is not; a person decides.", code="negated")
    more = [_named(match, prepared) for piece in around for match in _CLASS.finditer(piece)]
    if _NOTHING.match(around[0].strip()):
        more.append(_FREE)
    more += [one for one in _mentioned(around, prepared) if not _covers(costs[0], one)]
    denies = _NEGATED.search(earlier) is not None
    aside = left_aside([earlier, *around])
    return _Reading([*costs, *more], aside, changing(around, prepared.variables), denies)


def _sentences_before(around: list[str]) -> tuple[str, list[str]]:
    """The sentences before that with the first cost, if they name none, and the text around the costs."""
    first, *rest = around
    end = max((match.end() for match in _SENTENCE.finditer(first)), default=0)
    if not rest or re.search(r"\d|[²³]", first[:end]):
        return "", around
    return first[:end], [first[end:], *rest]


def _mentioned(around: list[str], prepared: Prepared) -> Iterator[_Read]:
    """The powers and the like in a text; a bare variable (`independent of t`) is no cost."""
    name = "|".join(re.escape(one) for one in prepared.variables)
    power = r"\s*(?:\^|\*\*)\s*\{?\s*[\d.]*\d\s*\}?|[²³]|\s+(?:squared|cubed)\b"
    cost = rf"(?<![\w\\])(?:(?:{name})(?:{power}|\s*\\?log\s*\(?\s*(?:{name})\)?)|2\s*\^\s*(?:{name}))"
    for piece in around:
        for match in re.finditer(cost, piece):
            try:
                yield _formula(match[0], "plain", prepared)
            except StudentError:
                continue


def _covers(first: _Read, other: _Read) -> bool:
    return compare(first.growth, other.growth) in ("same", "faster")


def _big_o(text: str) -> tuple[list[str], list[str]]:
    """What stands inside each O( ), and the pieces of text before, between and after them."""
    inside: list[str] = []
    around: list[str] = []
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
        around.append(text[position : match.start()])
        position = end + 1
        if len(inside) > 8:
            raise StudentError("More than 8 costs stand here; one is wanted.", code="several-values")
    return inside, [*around, text[position:]]


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


def _end(match: re.Match[str], prepared: Prepared) -> int:
    """Where an order in words ends: behind `quadratic in n`, but before the `per` of `quadratic per row`."""
    of = match["of"]
    return match.end() if of is None or prepared.symbols.find(of) else match.start("of")


def _named(match: re.Match[str], prepared: Prepared) -> _Read:
    """An order that is named by a word; the variable is the one named, or the only one."""
    of = prepared.symbols.find(match["of"]) if match["of"] else None
    if of is None and len(prepared.variables) > 1 and match["word"].lower() != "constant":
        raise StudentError(f"{match['word']} in which of {', '.join(prepared.variables)}?", code="growth")
    name = of.name if of is not None else prepared.variables[0]
    node = _class_node(_WORDS[match["word"].lower()], symbol(name))
    return _Read(node, growth(node))


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
