r"""Quantities named in two steps: `Forward mode:` on a line of its own, then `\text{Total time} = 2n^2`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial

from grader.documents import _tables
from grader.documents._names import canonical
from grader.documents._quantity import Found, Quantity, down, value_of
from grader.documents._relations import relations
from grader.types import Block

_CONTEXT = re.compile(r"\s*(?:[-+*•]\s+)?(?:\*\*|__)?([A-Za-z][A-Za-z -]{2,40}?)\s*:\s*(?:\*\*|__)?\s*$")
_EMPTY_WORDS = {"mode", "pass", "the", "in", "for", "with", "total", "cost", "autodiff", "propagation", "of"}
_WORD = re.compile(r"[A-Za-z]+")
_TEXT = re.compile(r"\\(?:text|mathrm|textbf|mbox|textit)\{([^{}]*)\}")


def values(blocks: Sequence[Block], quantities: Sequence[Quantity]) -> tuple[dict[int, Found], list[Block]]:
    """The last value of each quantity (by its place in `quantities`) that is named in two steps.

    The blocks that are left state nothing of this kind: a formula under `Time:` is no other part's answer.
    """
    found: dict[int, Found] = {}
    rest: list[Block] = []
    context: list[str] = []
    for block in blocks:
        if block.kind == "prose":
            for line in block.text.split("\n"):
                if label := _CONTEXT.match(line):
                    context = _words(label[1])
        used = False
        if block.kind == "prose" and "|" in block.text:
            for at, quantity in enumerate(quantities):
                for value, offset in _tables.crossed(block.text, partial(_crossed, quantity)):
                    found[at], used = value_of(value, down(block.place, offset)), True
        if context and block.kind in {"formula", "prose"}:
            for words, value, offset in _named(block):
                for at, quantity in enumerate(quantities):
                    if _is(quantity, context, words):
                        used = block.kind == "formula"
                        if value:
                            found[at] = Found(value, down(block.place, offset), "latex")
        if not used:
            rest.append(block)
    return found, rest


def _named(block: Block) -> Iterator[tuple[list[str], str, int]]:
    """The words before a relation or a colon, with the value of a relation."""
    for offset, line in enumerate(block.text.split("\n")) if block.kind == "prose" else [(0, block.text)]:
        plain = line.replace("$", " ")
        label = _TEXT.match(plain.strip())
        if label and label[1].rstrip().endswith(":"):
            yield _words(label[1]), "", offset
        for relation in relations(plain):
            left = _TEXT.sub(r" \1 ", relation.sides[0])
            if len(words := _words(left)) <= 3 and not re.search(r"[\\^_{}]", left):
                yield words, relation.value, offset


def _crossed(quantity: Quantity, row: str, column: str) -> bool:
    return _is(quantity, _words(row), _words(column))


def _words(text: str) -> list[str]:
    kept = [word.lower() for word in _WORD.findall(text)]
    return [word for word in kept if word not in _EMPTY_WORDS]


def _is(quantity: Quantity, context: list[str], words: list[str]) -> bool:
    """Whether `forward` and `time` together are one of the names, in either order."""
    if not context or not words:
        return False
    both = "".join(context), "".join(words)
    names = {name.lower() for name in quantity.names}
    return any(canonical(name) in names for name in (both[0] + both[1], both[1] + both[0]))
