"""The numbers of questions as people write them: `2.2.3`, `Q2(b)`, `2. b)`, `Problem 3.1`, `(a)`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TypeAlias

Label: TypeAlias = tuple[str, ...]

_WORDS = r"(?:question|problem|exercise|part|task|section|answer(?:\s+to)?|solution(?:\s+to)?|ex|q|p)"
_NUMBER = re.compile(
    rf"(?:{_WORDS}(?![a-z])\.?:?\s*|§\s*)?(?:{_WORDS}\s*)?"
    r"(?P<digits>\d{1,2}(?:\.\d{1,2})*)"
    r"(?:\.?\s?\((?P<inside>[a-z])\)|\.?\s?(?P<half>[a-z])\)|\.?(?P<glued>[a-z])(?![a-z0-9_]))?"
    r"(?P<rest>(?![a-z0-9]).*)",
    re.IGNORECASE | re.DOTALL,
)
_LETTER = re.compile(r"(?:part\s+)?\(?(?P<letter>[a-z])\)(?P<rest>.*)", re.IGNORECASE | re.DOTALL)
_ITEM = re.compile(r"(?P<number>[1-9]\d?)[.)](?P<rest>(?:\s.*)?)", re.DOTALL)
_WORD = re.compile(r"\.([A-Za-z_]\w+)(.*)", re.DOTALL)
_POINTS = re.compile(r"[\[(][^\])]{0,30}(?:pts?|points?|marks?)\.?\s*[\])]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Number:
    """A number read off the start of a line: its parts, the word after it (`3.1.output`), what follows."""

    label: Label
    rest: str
    word: str = ""


def read(text: str) -> Number | None:
    """The full number a heading or a key begins with, or None.

    >>> read("Q2(b) Memory").label, read("3.2a.solution"), read("2.2.3 [1pt] Best rate").rest
    (('2', 'b'), Number(label=('3', '2', 'a'), rest='', word='solution'), 'Best rate')
    """
    match = _NUMBER.match(text.strip().lstrip("*_$ "))
    if match is None:
        return None
    letter = match["inside"] or match["half"] or match["glued"]
    label = (*match["digits"].split("."), *((letter.lower(),) if letter else ()))
    if word := _WORD.fullmatch(match["rest"]):
        return Number(label, _rest(word[2]), word[1])
    return Number(label, _rest(match["rest"]))


def letter(text: str) -> Number | None:
    """The letter of a sub-question, `(a)` or `a)`, or None."""
    match = _LETTER.match(text.strip().lstrip("*_ "))
    return Number((match["letter"].lower(),), _rest(match["rest"])) if match else None


def item(text: str) -> Number | None:
    """The number of an item in a list, `1.` or `1)`, or None."""
    match = _ITEM.fullmatch(text.strip())
    return Number((match["number"],), _rest(match["rest"])) if match else None


def label(number: str) -> Label:
    """The parts of a sheet's number: `3.2a` is 3, 2, a."""
    found = read(number)
    return found.label if found else (number,)


def _rest(text: str) -> str:
    text = _POINTS.sub("", text, count=1).strip()
    return re.sub(r"^(?:\*\*|__|[).:\]–—-])+\s*", "", text).strip()
