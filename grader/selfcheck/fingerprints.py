"""One slow hash of the whole value of an answer: right answers meet it, and it tells as little as it must.

A formula's value is the tuple of its entries at a few points of a finite field, hashed together: single
values would let the formula be interpolated. Numbers are hashed as reduced fractions, row by row. scrypt
(RFC 7914) with 2^15 rounds takes about a tenth of a second a guess; cut to `bits` bits it lets one wrong
answer in 2^bits pass, and tells no more than that however long somebody guesses.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from fractions import Fraction
from typing import Final

from grader.checks import Understood
from grader.errors import StudentError
from grader.maths.names import Symbols

POINTS: Final = 6
FULL_BITS: Final = 128
_FORM: Final = "value 1"
_ROUNDS: Final = 2**15


def values(understood: Understood, symbols: Symbols, salt: bytes) -> str | None:
    """The value of an answer in its one canonical form; None where it has none that is exact.

    A formula with functions whose identities a finite field does not know (exp, roots) has none.
    """
    if understood.exact is not None:
        return _listed(understood.what, understood.exact)
    if understood.node is None:
        return None
    from grader.maths.sameness import identity
    from grader.maths.values.algebra import Undefined, entries_of

    try:
        formula = identity.settle(understood.node, identity.Frame(symbols, salt))
        found: list[int] = []
        for index in range(POINTS):
            value = formula.at(index, formula.plural, True)
            if value.opaque or value.conditional:
                return None
            found += map(int, entries_of(value.value))
    except (StudentError, Undefined, ArithmeticError, ImportError):
        return None
    return _listed(understood.what, [Fraction(one) for one in found])


def digest(canonical: str, part: str, salt: bytes, bits: int) -> str:
    """The first `bits` bits of the slow hash of a value, as hexadecimal digits."""
    size = (bits + 7) // 8
    raw = hashlib.scrypt(
        f"{_FORM}|{part}|{canonical}".encode(), salt=salt, n=_ROUNDS, r=8, p=1, maxmem=2**26, dklen=size
    )
    return f"{int.from_bytes(raw, 'big') >> (8 * size - bits):0{(bits + 3) // 4}x}"


def _listed(form: str, entries: Sequence[Fraction]) -> str:
    return f"{form}|" + ",".join(f"{entry.numerator}/{entry.denominator}" for entry in entries)
