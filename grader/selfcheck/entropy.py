"""How many answers somebody would have to try to guess one: the least a fingerprint may rest on.

Estimated from below, as a guesser would go about it: whole numbers from 0 upwards by size, fractions by
numerator and denominator, formulas by their length, with the rubric's own names and a few operations to
choose from. No hash, however slow, protects an answer with less than about 40 bits of real choice.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from math import log2
from typing import Final, NamedTuple

from grader.durations import in_words
from grader.maths.tree import Node, walk

FULL_FROM_BITS: Final = 40.0
"""From here on a whole fingerprint may be given away."""
PARTIAL_FROM_BITS: Final = 14.0
"""Below this not even a few bits may be."""
KEPT_BITS: Final = 10
"""A partial fingerprint leaves at least so many bits of choice."""
_GUESSES_PER_S: Final = 10.0
"""scrypt with 2^15 rounds, one core."""
_CORES: Final = 64
# People put formulas together from pieces; of all formulas of a length few are ever written.
_LIKELY: Final = 0.6


class Choice(NamedTuple):
    """What a guesser has to choose from: `bits` of choice, and how long all of it takes."""

    bits: float

    @property
    def hours(self) -> float:
        """Hours on 64 cores until every possibility has been tried."""
        return float(2**self.bits / (_GUESSES_PER_S * _CORES) / 3600)

    def __str__(self) -> str:
        tried = in_words(int(self.hours * 3600))
        return f"about {self.bits:.0f} bits of choice, tried in {tried} on {_CORES} cores"


def of_numbers(entries: Sequence[Fraction]) -> Choice:
    """The choice in numbers or the entries of an array, which repeat and are small more often than not."""
    most = max((max(abs(entry.numerator), entry.denominator) for entry in entries), default=1)
    distinct = len(set(entries))
    scale = log2(2 * max(10, most) + 1)
    if len(entries) == 1:
        entry = entries[0]
        return Choice(log2(2 * max(100, abs(entry.numerator)) + 1) + log2(entry.denominator))
    # Which entries there are, and which of them stands where.
    return Choice(distinct * scale * _LIKELY + (len(entries) - distinct) * log2(max(2, distinct)) * _LIKELY)


def of_formula(node: Node, names: int) -> Choice:
    """The choice in a formula of some length over so many names."""
    letters = sum(1 for one in walk(node) if not one.args)
    operations = sum(1 for one in walk(node) if one.args)
    return Choice(_LIKELY * (letters * log2(max(2, names + 3)) + operations * log2(6)))


def most_bits(choice: Choice) -> int:
    """How long a fingerprint may be: 0 for none at all, 128 for a whole one."""
    from grader.selfcheck.fingerprints import FULL_BITS

    if choice.bits >= FULL_FROM_BITS:
        return FULL_BITS
    if choice.bits < PARTIAL_FROM_BITS:
        return 0
    return int(choice.bits) - KEPT_BITS
