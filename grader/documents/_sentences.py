"""Values that sentences give: `which takes $2n^2$ multiplications`, `going forward ... it is $O(1)$`.

A sentence gives a value only where one reading is possible: it names one quantity and holds one formula
that can be meant. Everything else is left for a person.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from grader.documents._names import canonical
from grader.documents._quantity import TEXT_LIMIT, Found, Quantity, down, inline
from grader.documents._relations import relations, trimmed
from grader.types import Block

_END = re.compile(r"(?<=[.!?])\s+(?=[A-Z(])")
_ORDER = re.compile(r"\s*\\?(?:mathcal\{O\}|Theta|O|Omicron|Θ)\s*(?:\\left)?\s*\(")
_SAYS = re.compile(
    r"(?:^|\s)(?:is|are|be|in|at|equals|becomes?|requires?|costs?|takes?|needs?|approaches|to)\s*$"
)
_CASE = re.compile(r"(?:(?<=[,;])|(?<=,\sand)|(?<=;\sand))\s+(?=(?:if|when|for|whereas|while)\s)")
# a regime such as `s \\ll t`, in the one spelling of names
_REGIME = re.compile(r"\w(?:ll|gg)\w")
# "it comes at no computational cost": of memory or of time
_FREE = re.compile(
    r"\b(?:no|zero)\s+"
    r"(?:(?P<memory>(?:memory|storage|space)(?:\s+costs?)?)"
    r"|(?:(?:computational|computation|computing|time)\s+)?(?:costs?|time|computations?|multiplications|operations))"
    r"(?:\s+at\s+all)?(?=\s*(?:[.,;:!)]|$))",
    re.IGNORECASE,
)
_MEMORY = frozenset(("memory", "space", "storage"))
_TIME = frozenset(("time", "cost", "multiplications", "operations"))
_WORDS = re.compile(r"[A-Za-z][A-Za-z-]{3,}")
_AFTER = re.compile(r"\s*(?:scalar\s+)?((?:[A-Za-z-]+\s?){1,3})")


def given(blocks: Sequence[Block], mine: Quantity, others: Sequence[Quantity]) -> list[Found]:
    """What sentences give for a quantity, the last one only; nothing where others could be meant as well."""
    found: list[Found] = []
    nothing: list[Found] = []
    for block in blocks:
        if block.kind != "prose":
            continue
        at = 0
        text = block.text[:TEXT_LIMIT]
        for sentence in (clause for one in _sentences(text) for clause in _clauses(one)):
            at = text.index(sentence, at)
            if sentence.rstrip().endswith("?") or sentence.lstrip().startswith(">"):
                continue
            value = _before_its_name(sentence, mine) or _by_its_name(sentence, mine, others)
            free = "" if value else _for_free(sentence, mine, others)
            if value or free:
                place = down(block.place, text.count("\n", 0, at + len(sentence) - len(sentence.lstrip())))
                (found if value else nothing).append(Found(value or free, place, "latex"))
    return found[-1:] or nothing[-1:]


def _sentences(text: str) -> Iterator[str]:
    """Sentences, which do not end inside a formula."""
    start = 0
    formulas = [(begin, end) for begin, end, _ in inline(text)]
    for match in _END.finditer(text):
        if not any(begin < match.start() < end for begin, end in formulas):
            yield text[start : match.start()]
            start = match.end()
    if text[start:].strip():
        yield text[start:]


def _clauses(sentence: str) -> Iterator[str]:
    """A sentence cut where a second case begins: `if $a$ it is $1$, if $b$ it is $2$`."""
    start = 0
    formulas = [(begin, end) for begin, end, _ in inline(sentence)]
    for match in _CASE.finditer(sentence):
        if not any(begin < match.start() < end for begin, end in formulas):
            yield sentence[start : match.start()]
            start = match.end()
    yield sentence[start:]


def _before_its_name(sentence: str, mine: Quantity) -> str:
    """`$n^2 + n$ memory cost`: the formula right before one of the quantity's names."""
    for _, end, formula in inline(sentence):
        after = _AFTER.match(sentence, end)
        words = after[1].split() if after else []
        if any(mine.bears(" ".join(words[:count])) for count in range(1, len(words) + 1)):
            return trimmed(formula)
    return ""


def _by_its_name(sentence: str, mine: Quantity, others: Sequence[Quantity]) -> str:
    """The one order, or the one formula after `is`, of a sentence that names this quantity and no other."""
    formulas = inline(sentence)
    named = {canonical(word).lower() for word in _WORDS.findall(_without(sentence, formulas))}
    written = {canonical(formula) for _, _, formula in formulas}

    def regime(quantity: Quantity) -> bool:
        return any(map(_REGIME.search, quantity.names & written))

    def speaks_of(quantity: Quantity) -> bool:
        return bool(_words_of(quantity) & named) or regime(quantity)

    # `when $s \\ll t$, the solution is ...` speaks of the regime, whatever its other words
    says = regime if regime(mine) else speaks_of
    if not says(mine) or any(map(says, others)):
        return ""
    orders = [formula for _, _, formula in formulas if _ORDER.match(formula)]
    if len(orders) == 1:
        return trimmed(orders[0])
    said = [formula for begin, _, formula in formulas if _SAYS.search(sentence[:begin])]
    if len(said) != 1 or orders:
        return ""
    if "=" in said[0]:  # a chain that leads to the value, with no name in front
        chain = relations(said[0])
        sides = chain[-1].sides if len(chain) == 1 else ()
        return (
            chain[-1].value
            if (len(sides) == 1 and not canonical(sides[0]).isalnum()) or len(sides) > 1
            else ""
        )
    # "the only solution is $w$" names it once more
    return "" if canonical(said[0]).isalnum() and not said[0].strip().isdigit() else trimmed(said[0])


def _for_free(sentence: str, mine: Quantity, others: Sequence[Quantity]) -> str:
    """The 0 of `it comes at no computational cost`, for the one quantity that is a cost of that kind."""
    found = _FREE.search(_without(sentence, inline(sentence)))
    if found is None:
        return ""
    kind = _MEMORY if found["memory"] else _TIME - ({"cost"} if _words_of(mine) & _MEMORY else set())
    meant = [one for one in (mine, *others) if _words_of(one) & kind]
    return "0" if meant == [mine] else ""


def _words_of(quantity: Quantity) -> set[str]:
    """Those names of a quantity that are words."""
    return {name.lower() for name in quantity.names if len(name) > 3 and name.replace("-", "").isalpha()}


def _without(sentence: str, formulas: list[tuple[int, int, str]]) -> str:
    for begin, end, _ in reversed(formulas):
        sentence = sentence[:begin] + " " + sentence[end:]
    return sentence
