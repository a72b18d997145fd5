"""Answers that stand in another section than that with their number."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from grader.documents import _quantity
from grader.documents._quantity import Found, Quantity
from grader.documents._sections import Section
from grader.extract._segments import segments_of
from grader.extract._targets import Target, after, in_words, unique
from grader.extract._texts import states_something

_COMMANDS = re.compile(r"\\(?:begin|end)\{[a-z]+\}|\\(?:[dt]?frac|left|right|cdot|times)(?![A-Za-z])")


def own_sections(mine: Sequence[Section], target: Target, targets: Sequence[Target]) -> list[Section]:
    """Of several sections with a text's number those that do not answer another question in its words."""
    if target.wanted.reads != "prose" or len(mine) < 2:
        return list(mine)
    others = [other for other in targets if other.label != target.label]
    names = frozenset(name for other in others for name in in_words(other)) - in_words(target)
    quantity = Quantity(names)
    own = [one for one in mine if not any(True for _ in _quantity.stated(one.blocks, quantity))]
    return own or list(mine)


def stated_elsewhere(sections: Sequence[Section], target: Target, targets: Sequence[Target]) -> list[Found]:
    """What another section states under a name in words that no other part has: `number of units = 12`."""
    names = in_words(target)
    if not names or target.wanted.reads == "prose" or not unique(target, targets):
        return []
    quantity = Quantity(names)
    stated = _quantity.last(
        found for section in sections for found in _quantity.stated(section.blocks, quantity)
    )
    return stated or [found for section in sections for found in _listed(section, target)]


def _listed(section: Section, target: Target) -> list[Found]:
    """The list that stands in another section under a line with one of the quantity's names."""
    segments, _ = segments_of(section.blocks, [target])
    return _quantity.listed(segments.get(target.wanted.part, ()))


def before(sections: Sequence[Section], mine: Sequence[Section], target: Target) -> list[Found]:
    """The numbers that the section before states, where the part's own has words only; with a doubt."""
    if target.wanted.reads == "prose" or any(states_something(section.blocks) for section in mine):
        return []
    at = min(sections.index(section) for section in mine)
    earlier = next((one for one in reversed(sections[:at]) if one.owner and one.blocks), None)
    if earlier is None or earlier.owner == target.label:
        return []
    stated = _quantity.stated(earlier.blocks, target.quantity)
    said = "It stands under the number before."
    return _quantity.last(replace(one, doubt=said) for one in stated if _of_numbers(one.text))


def on_the_way(sections: Sequence[Section], target: Target, targets: Sequence[Target]) -> list[Found]:
    """What the section after states of a question that is left out, under a name no other part has.

    Whoever derives the gradient only on the way to its zero has derived it; with a doubt.
    """
    following = after(target, targets)
    if target.wanted.reads == "prose" or following is None:
        return []
    others = {name for other in targets if other is not target for name in other.quantity.names}
    mine = replace(target.quantity, names=target.quantity.names - others, word="")
    found = [
        replace(one, doubt="It stands under another number.")
        for section in sections
        if section.owner == following
        for one in _quantity.stated([block for block in section.blocks if block.kind == "formula"], mine)
    ]
    # what is set to zero to be solved has no value there
    return _quantity.last(one for one in found if one.text.strip("{} ") != "0") if mine.names else []


def _of_numbers(text: str) -> bool:
    """Whether a value is made of numbers only: `\frac{1}{4}`, a matrix of numbers."""
    bare = _COMMANDS.sub(" ", text)
    return any(map(str.isdigit, bare)) and not any(map(str.isalpha, bare))
