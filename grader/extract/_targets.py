"""The parts that are looked for, with their numbers and names as they are compared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from grader.documents import _numbering
from grader.documents._names import canonical
from grader.documents._numbering import Label
from grader.documents._quantity import Quantity
from grader.types import Reads

LONG_NAME = 7
"""Letters of a name that says by itself what it is, wherever it stands."""
_QUANTITY = re.compile(r"(?<=\d)\.[A-Za-z]$")


@dataclass(frozen=True, slots=True)
class Wanted:
    """One part to look for: its id, its number on the sheet, its quantity's names, what its check reads."""

    part: str
    number: str
    names: tuple[str, ...] = ()
    reads: Reads = "value"


@dataclass(frozen=True, slots=True)
class Target:
    """A part with its number and names as they are compared."""

    wanted: Wanted
    label: Label
    quantity: Quantity
    alone: bool
    """No other part has this number."""


@lru_cache(maxsize=16)
def targets_of(wanted: tuple[Wanted, ...]) -> tuple[Target, ...]:
    """The parts of a sheet as they are compared, in their order."""
    # `2.3.z` is the quantity z of 2.3; a sub-question's letter is glued on, as in `2.3z`
    numbers = [_QUANTITY.sub("", one.number) for one in wanted]
    shared = Counter(map(_numbering.label, numbers))
    targets = []
    for one, number in zip(wanted, numbers, strict=True):
        label = _numbering.label(number)
        word = canonical(one.part.removeprefix(number).lstrip(".")).lower()
        names = frozenset(canonical(name) for name in one.names)
        first = canonical(one.names[0]) if one.names else ""
        quantity = Quantity(names, word, one.reads == "equation", first)
        targets.append(Target(one, label, quantity, shared[label] == 1))
    return tuple(targets)


def unique(target: Target, targets: Sequence[Target]) -> bool:
    """Whether no other part has one of its names."""
    return not any(target.quantity.names & other.quantity.names for other in targets if other is not target)


def in_words(target: Target) -> frozenset[str]:
    """The names of a part that say by themselves what they are, wherever they stand."""
    return frozenset(name for name in target.quantity.names if len(name) >= LONG_NAME and name.isalpha())


def after(target: Target, targets: Sequence[Target]) -> Label | None:
    """The number that follows on the sheet."""
    labels = list(dict.fromkeys(other.label for other in targets))
    at = labels.index(target.label) + 1
    return labels[at] if at < len(labels) else None
