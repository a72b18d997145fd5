r"""What a scan makes of handwriting: `l` and `O` for digits, a small letter for a capital; dots in columns.

Only tried on text that cannot be read as it stands, and only where the rubric's symbols leave one way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from grader.maths.names import Symbols

LENGTH_LIMIT = 5_000

_FONT = r"\\(?:mathbf|boldsymbol|bm|mathrm|vec|mathit|overrightarrow)"
_LETTER = re.compile(rf"(?P<font>{_FONT}\s*\{{\s*)?(?<![A-Za-z\\])(?P<letter>[A-Za-z])(?![A-Za-z])")
_ONE = re.compile(
    r"(?<![A-Za-z\\])[lI|](?=\d)|(?<=\d)[lI|](?![A-Za-z])|(?<=\^-)[lI|]|(?<=\^\{-)[lI|](?=\s*\})"
)
_ZERO = re.compile(
    r"(?<=\d)[Oo](?![A-Za-z(])|(?<![A-Za-z\\])[Oo](?=\.?\d)|(?<=[&\[,(])\s*[Oo](?=\s*[&\],)\\])"
)


# Greek letters that a scan takes for Latin ones, and back.
_LOOK_ALIKES = {
    "eta": "n",
    "omega": "w",
    "nu": "v",
    "chi": "x",
    "rho": "p",
    "alpha": "a",
    "tau": "t",
    "kappa": "k",
}
_NAME = re.compile(r"\\(?P<greek>[a-z]+)(?![A-Za-z])|(?<![A-Za-z\\])(?P<latin>[a-z])(?![A-Za-z])")


_COLUMN = re.compile(
    r"\\begin\{[bp]?matrix\}(?P<body>(?:(?!\\begin|\\end).){1,400})\\end\{[bp]?matrix\}"
    r"(?:\s*_\s*\{(?P<place>(?:[^{}]|\{(?:[^{}]|\{[^{}]*\}){0,80}\}){1,80})\})?",
    re.DOTALL,
)
_NO_ENTRY = re.compile(r"0|\\[vcd]dots|\.{3}|")
_INDEX = re.compile(r"_\s*\{?\s*([a-z])\s*\}?\s*$")
_LONE = re.compile(r"(?<![A-Za-z\\])[a-z](?![A-Za-z])")
_WORDS = re.compile(r"\\[A-Za-z]+\s*\{[^{}]*\}")


class Repair(NamedTuple):
    """A text with something put right, and the sentence that tells it."""

    text: str
    told: str


def repairs(text: str, symbols: Symbols) -> tuple[Repair, ...]:
    r"""Every sensible reading of a text that is not what it says, the smallest change first.

    >>> from grader.maths.names import declare
    >>> symbols = declare({"X": {"matrix": ["n", "d"]}, "t": {"vector": "n"}}, [{"n": 3, "d": 2}])
    >>> repairs(r"(X^TX)^{-l} X^Tt", symbols)[0]
    Repair(text='(X^TX)^{-1} X^Tt', told='Read “l” as 1.')
    >>> repairs(r"\mathbf{x}^Tt", symbols)[0]
    Repair(text='{X}^Tt', told='Read “x” as X.')
    """
    if len(text) > LENGTH_LIMIT:
        return ()
    found: list[Repair] = []
    for change in (_columns, _digits, _capitals, _look_alikes):
        for one in change(text, symbols):
            found.append(one)
            if change in (_columns, _digits):
                found += [Repair(two.text, f"{one.told} {two.told}") for two in _capitals(one.text, symbols)]
    return tuple(dict.fromkeys(found))


def _columns(text: str, symbols: Symbols) -> Iterator[Repair]:
    """A column of zeros and dots with one entry, as that entry times the unit vector of its place.

    The place is written below it, or is the index of the entry; its unit vector has to be declared, as `e_t`.
    """
    told: list[str] = []

    def put(match: re.Match[str]) -> str:
        rows = [row.strip() for row in match["body"].split("\\\\")]
        entries = [row for row in rows if not _NO_ENTRY.fullmatch(row)]
        dotted = any("dots" in row or "..." in row for row in rows)
        if len(entries) != 1 or not dotted or "&" in match["body"]:
            return match[0]
        lone = set(_LONE.findall(_WORDS.sub(" ", match["place"] or "")))
        index = _INDEX.search(entries[0])
        name = lone.pop() if len(lone) == 1 else index[1] if index and not match["place"] else ""
        unit = f"e_{name}" if name else ""
        if not unit or symbols.find(unit) is None:
            return match[0]
        told.append(f"Read the column with dots as {entries[0]} times {unit}.")
        return rf"\left({entries[0]}\right) {unit}"

    new = _COLUMN.sub(put, text)
    if told:
        yield Repair(new, " ".join(told))


def _digits(text: str, symbols: Symbols) -> Iterator[Repair]:
    new, ones = _ONE.subn("1", text)
    letters = sorted(set(_ONE.findall(text)))
    new, zeros = _ZERO.subn("0", new)
    if not ones + zeros:
        return
    told = [f"Read {_quoted(letters)} as 1."] if ones else []
    told += ["Read “O” as 0."] if zeros else []
    yield Repair(new, " ".join(told))


def _quoted(letters: list[str]) -> str:
    return " and ".join(f"“{letter}”" for letter in letters)


def _capitals(text: str, symbols: Symbols) -> Iterator[Repair]:
    """Letters that nobody declared, as the capital or small letter that is declared."""
    meant: dict[str, str] = {}
    for match in _LETTER.finditer(text):
        letter = match["letter"]
        if symbols.find(letter) is None and symbols.find(letter.swapcase()) is not None:
            meant[letter] = letter.swapcase()
    if not meant or {"T"} & set(meant):
        meant.pop("T", None)  # the T of a transpose
    if not meant:
        return

    def put(match: re.Match[str]) -> str:
        letter = match["letter"]
        if letter not in meant:
            return match[0]
        return f"{{{meant[letter]}" if match["font"] else meant[letter]

    told = " ".join(f"Read “{one}” as {other}." for one, other in sorted(meant.items()))
    yield Repair(_LETTER.sub(put, text), told)


def _look_alikes(text: str, symbols: Symbols) -> Iterator[Repair]:
    """Letters that nobody declared, as the declared one of the other alphabet that looks like them."""
    latin = {other: greek for greek, other in _LOOK_ALIKES.items()}
    told: dict[str, str] = {}

    def put(match: re.Match[str]) -> str:
        found = match["greek"] or match["latin"]
        other = _LOOK_ALIKES.get(found) if match["greek"] else latin.get(found)
        if other is None or symbols.find(found) is not None or symbols.find(other) is None:
            return match[0]
        told[found] = other
        return other if match["greek"] else rf"{{\{other}}}"

    new = _NAME.sub(put, text)
    if told:
        yield Repair(new, " ".join(f"Read “{one}” as {other}." for one, other in sorted(told.items())))
