"""Searches a bundle for the answers of its assignment, in the many ways a value can be written down."""

from __future__ import annotations

import base64
import re
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from io import BytesIO
from typing import Final, NamedTuple
from zipfile import ZipFile

_SHORTEST: Final = 6
"""Characters of a formula without its spaces; shorter ones stand in any program."""
_SMALLEST: Final = 1000
"""Whole numbers below stand in any program too."""
_LONG: Final = 8
"""Letters and digits of an encoding that stand nowhere by chance."""
_SPACES: Final = re.compile(rb"[\s*]+|\\cdot|\\,")


class Secret(NamedTuple):
    """A right answer: the part, how it is written in several notations, and its exact value."""

    part: str
    texts: tuple[str, ...]
    exact: tuple[Fraction, ...] | None = None


class Leak(NamedTuple):
    """A right answer that stands in a bundle: whose, in which entry, and how it is written there."""

    part: str
    entry: str
    needle: str


def gives_away(text: str, secrets: Iterable[Secret]) -> bool:
    """Whether a right answer stands in a text."""
    return any(True for _ in leaks({"": text.encode()}, secrets))


def contents(bundle: bytes) -> Mapping[str, bytes]:
    """The entries of a bundle by name, without what their compression hides."""
    with ZipFile(BytesIO(bundle)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def leaks(entries: Mapping[str, bytes], secrets: Iterable[Secret]) -> Iterator[Leak]:
    """Every place where a right answer stands, plain or encoded."""
    close = {name: _SPACES.sub(b"", data) for name, data in entries.items()}
    everything = b"\0".join([*entries.values(), *close.values()])
    for secret in secrets:
        for needle in dict.fromkeys(needles(secret)):
            if needle not in everything:
                continue
            for name, data in entries.items():
                if _stands(needle, data, close[name]):
                    yield Leak(secret.part, name, repr(needle)[2:-1])


def needles(secret: Secret) -> Iterator[bytes]:
    """The ways in which a right answer may be written down; none for those that stand in any program."""
    for text in secret.texts:
        short = _SPACES.sub(b"", text.encode())
        if len(short) >= _SHORTEST and not short.isdigit():
            yield from _encoded(short)
            yield from _encoded(text.encode())
    exact = secret.exact or ()
    if len(exact) > 1 and any(abs(one) > 1 for one in exact):
        for mark in (",", ", ", " ", "&", ";", "\n"):
            row = mark.join(map(str, exact))
            if len(row.replace(mark, "")) >= _SHORTEST:
                yield from _encoded(row.encode())
    for one in exact:
        if one.denominator == 1 and _rare(abs(int(one))):
            yield from _of_number(int(one))
        elif one.denominator > 1 and len(f"{one.numerator}{one.denominator}") >= _SHORTEST:
            yield from _encoded(str(one).encode())
            yield f"\\frac{{{one.numerator}}}{{{one.denominator}}}".encode()


def _rare(number: int) -> bool:
    """Whether a whole number stands in no program by chance: large, not round, and no power of two."""
    return number >= _SMALLEST and len(str(number).rstrip("0")) > 2 and number & (number - 1) != 0


def _of_number(number: int) -> Iterator[bytes]:
    yield from _encoded(str(number).encode())
    for mark in (",", "_", " ", ".", "'", "{,}", "\\,"):
        yield f"{number:,}".replace(",", mark).encode()
    yield hex(number).encode()
    if number.bit_length() > 20:
        yield hex(number)[2:].encode()
    if number.bit_length() > 24:  # shorter runs of bytes stand anywhere
        for size, letter in ((4, "i"), (8, "q")):
            if number.bit_length() < 8 * size:
                yield struct.pack(f"<{letter}", number)
                yield struct.pack(f">{letter}", number)
        yield struct.pack("<d", number)


def _encoded(data: bytes) -> Iterator[bytes]:
    yield data
    if len(data) >= _SHORTEST - 2:
        yield data[::-1]
        yield data.hex().encode()
        yield base64.b64encode(data).rstrip(b"=")[: len(data) * 4 // 3]
        yield zlib.compress(data)


def _stands(needle: bytes, data: bytes, close: bytes) -> bool:
    if needle not in data and needle not in close:
        return False
    if not needle.isalnum() or (len(needle) >= _LONG and not needle.isdigit()):
        return True
    # A number or a word counts where no other letter or digit touches it.
    pattern = rb"(?<![0-9A-Za-z])" + re.escape(needle) + rb"(?![0-9A-Za-z])"
    return re.search(pattern, data) is not None
