"""Numbers that begin again: a second `3` or `3.1` of another title is the sheet's next question."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import pairwise

from grader.documents import _numbering
from grader.documents._numbering import Label
from grader.documents._prose import BOLD
from grader.types import Block


def restarted(blocks: Sequence[Block], labels: Collection[Label]) -> dict[int, Label]:
    """Headings that repeat the number before them under another title, where the sheet's next is never seen.

    So a second "3 Optimization" after "3 Regression" is the sheet's 4.
    """
    tops = [
        (at, number)
        for at, block in enumerate(blocks)
        if block.kind == "heading" and block.level <= BOLD and (number := _numbering.read(block.text))
        if len(number.label) == 1 and number.label[0].isdigit()
    ]
    seen = {number.label for _, number in tops}
    again: dict[int, Label] = {}
    for (_, before), (at, number) in pairwise(tops):
        following = (str(int(number.label[0]) + 1),)
        asked = any(label[:1] == following for label in labels)
        other = bool(number.rest and before.rest) and number.rest != before.rest
        if number.label == before.label and other and asked and following not in seen:
            again[at] = following
    return again


def renumbered(blocks: list[Block], labels: Collection[Label]) -> list[Block]:
    """Headings such as `3.1`, `3.2` that come again, with the sheet's next number, which never comes.

    They stand below a second `3` of another title, or begin again with a `3.1` of another title themselves.
    """
    numbers = {
        at: number
        for at, block in enumerate(blocks)
        if block.kind == "heading" and block.level <= BOLD and (number := _numbering.read(block.text))
    }
    below = restarted(blocks, labels)
    tops = {number.label[0] for number in numbers.values()}
    titles: dict[Label, str] = {}
    shift = ("", "")
    changed = list(blocks)
    for at, number in numbers.items():
        top, *rest = number.label
        following = str(int(top) + 1) if top.isdigit() else ""
        if at in below:
            shift = (top, below[at][0])
        elif not rest or top != shift[0]:
            shift = ("", "")
        asked = any(label[:2] == (following, "1") for label in labels)
        first = titles.setdefault(number.label, number.rest)
        if (
            rest == ["1"]
            and first
            and number.rest
            and first != number.rest
            and asked
            and following not in tops
        ):
            shift = (top, following)
        if rest and top == shift[0]:
            text = re.sub(rf"{top}(?=[.(]|\s)", shift[1], blocks[at].text, count=1)
            changed[at] = replace(blocks[at], text=text)
    return changed
