"""Numbers that a text states by name: `W1 = 2 [[1, 0], [0, 1]], b1 = 0`, in words, LaTeX or code."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from grader.checks._typed import cut_words, formula_text, notation_of, read_formula
from grader.documents._names import canonical
from grader.documents._quantity import printed
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.maths.sameness.entries import Shape, expand
from grader.types import Notation

if TYPE_CHECKING:
    from flint import arb

_LONGEST = 40_000
_LONGEST_NAME = 80
_MOST_ENTRIES = 400
_COMMENT = re.compile(r"(?m)(?<!\\)#.*$")
_SPACING = re.compile(r"\\(?:left|right|displaystyle|limits)(?![A-Za-z])|(?<!\\)\\[,;:! ]|~|&(?==)")
_BREAKS = re.compile(r"\\[()\[\]](?![A-Za-z])|\$+|\\q?quad(?![A-Za-z])|```\w*|`")
_TEXT = re.compile(r"\\(?:text|mbox|textrm)\s*\{([^{}]*)\}")
_SIGN = re.compile(
    r"(?P<open>[(\[{]|\\begin\{[^{}]*\})|(?P<close>[)\]}]|\\end\{[^{}]*\})"
    r"|(?P<is>:=|(?<![<>!=:])=(?!=)|:(?=\s)|≈|\\approx(?![a-z]))"
    r"|(?P<stop>\n|,|;|\\\\|\.(?=\s|$)|\s(?:and|with|where|then|gives|for|so|from|to|is|starting|at)\b)"
)
_FILLED = re.compile(r"(?:np\.|numpy\.)?\b(zeros|ones)\(\s*\(?\s*(\d{1,2})\s*,?\s*(\d{1,2})?\s*,?\s*\)?\s*\)")
_PRINTED = re.compile(r"\[[\s\d.eE+\-\[\]]+\]")  # as NumPy shows it, without commas
# "gradient at w: 3" says nothing of w; "the value of w: 3" does
_ABOUT = re.compile(r"(?P<noun>\w*)\s+(?:of|at|for|in|with|by)\s+(?:the\s+)?$")
_ITSELF = frozenset("value values limit result entries coordinates components size end solution".split())
_NUMBERS = re.compile(r"\s*[-+−]?[0-9][0-9./eE+-]*\s*")


@dataclass(frozen=True, slots=True)
class Numbers:
    """An array of numbers, row by row; `()` is the shape of one number. `text` is what was typed."""

    shape: Shape
    values: tuple[Fraction | arb, ...]
    text: str

    def exact(self) -> tuple[Fraction, ...] | None:
        """The values, if all of them are rational numbers."""
        found = tuple(value for value in self.values if isinstance(value, Fraction))
        return found if len(found) == len(self.values) else None


def stated(text: str, names: Mapping[str, Collection[str]]) -> dict[str, tuple[Numbers, ...]]:
    """The different values that a text gives to each name, in order; `names` has the spellings of each.

    What cannot be read as numbers is left out: a formula that gives the name is no statement of its value.

    >>> found = stated("W_1 = 2 [[1, 0], [0, 1]], b1: (0, 0)", {"W": ["W1"], "b": ["b_1"]})
    >>> found["W"][0].values[0], found["b"][0].shape
    (Fraction(2, 1), (2,))
    """
    known = {canonical(spelling): name for name, spellings in names.items() for spelling in spellings}
    found: dict[str, list[Numbers]] = {}
    for sides, value in _statements(text[:_LONGEST]):
        spellings = (spelled for side in sides for spelled in _spelled(side))
        name = next((known[spelled] for spelled in spellings if spelled in known), None)
        if name is None:
            continue
        try:
            numbers = read_numbers(value)
        except StudentError:
            continue
        before = found.setdefault(name, [])
        if not any(one.shape == numbers.shape and _same(one, numbers) for one in before):
            before.append(numbers)
    return {name: tuple(values) for name, values in found.items()}


def read_numbers(text: str, notation: Notation = "plain") -> Numbers:
    """An array of numbers as it is typed.

    Raises:
        StudentError: it is none.
    """
    from grader.maths.values import numbers

    text, _ = cut_words(_FILLED.sub(_filled, formula_text(text)))
    text = printed(text) if _PRINTED.fullmatch(text) else text
    bare = not re.search(r"[()\[\]{}|&]", text) and "," in text
    node = read_formula(f"[{text}]" if bare else text, NONE, notation_of(text, notation))
    entries = expand(node)
    if len(entries.cells) > _MOST_ENTRIES:
        raise StudentError(f"An array of {len(entries.cells)} entries is too large here.", code="too-long")
    return Numbers(entries.shape, tuple(numbers.evaluate(cell) for cell in entries.cells), text)


def _filled(match: re.Match[str]) -> str:
    """NumPy's arrays of one number written out."""
    entry = "0" if match[1] == "zeros" else "1"
    row = "[" + ", ".join([entry] * int(match[3] or match[2])) + "]"
    return row if match[3] is None else "[" + ", ".join([row] * int(match[2])) + "]"


def _same(one: Numbers, other: Numbers) -> bool:
    return all(bool(a == b) for a, b in zip(one.values, other.values, strict=True))


def _spelled(left: str) -> Iterator[str]:
    """The spellings a left side may have: all of it, or its last words, but not what a label tells about.

    >>> list(_spelled("gradient at w:")), list(_spelled("the value of w:"))[-1]
    (['gradientatw', 'gradientatw', 'atw'], 'w')
    """
    is_label = left.rstrip().endswith(":")
    left = left.rstrip().removesuffix(":")
    left = re.sub(r"^[\s>*+•-]+|[\s*_]+$", "", left)
    words = left.split()
    for count in (len(words), 3, 2, 1):
        if 0 < count <= len(words):
            name = " ".join(words[-count:])
            about = _ABOUT.search(" ".join(words[:-count]) + " ") if is_label else None
            if about and about["noun"].lower() not in _ITSELF:
                continue
            if len(name) <= _LONGEST_NAME:
                yield canonical(name)


def _statements(text: str) -> Iterator[tuple[tuple[str, ...], str]]:
    """The sides of each chain of equations in a text, and its last one."""
    text = _SPACING.sub(" ", _TEXT.sub(r" \1 ", _COMMENT.sub("", text)))
    text = _BREAKS.sub("\n", text)
    sides: list[str] = []
    start = depth = 0
    about = ""
    waiting: tuple[tuple[str, ...], str] | None = None

    def close(end: int) -> tuple[tuple[str, ...], str] | None:
        piece = text[start:end].strip()
        return (tuple(sides), piece) if sides and piece else None

    for match in _SIGN.finditer(text):
        if match["open"]:
            depth += 1
        elif match["close"]:
            depth = max(0, depth - 1)
        elif depth:
            continue
        elif match["is"] and not (match["is"] == ":" and sides):
            side = text[start : match.start()]
            sides.append(f"{about} {side}:" if match["is"] == ":" else side)
            start, about = match.end(), ""
        else:
            piece = text[start : match.start()]
            if sides and not piece.strip():
                continue  # a line end behind the sign: the value stands on the next line
            statement = close(match.start())
            if statement is not None:
                if waiting is not None:
                    yield waiting
                waiting = statement
            elif waiting is not None and _NUMBERS.fullmatch(piece):
                waiting = (waiting[0], f"{waiting[1]}, {piece.strip()}")  # `b1 = 0, 0, 0`
            sides, start = [], match.end()
            about = "there at" if match[0].strip() == "at" else ""
    statement = close(len(text))
    if waiting is not None:
        piece = text[start:]
        if statement is None and _NUMBERS.fullmatch(piece):
            waiting = (waiting[0], f"{waiting[1]}, {piece.strip()}")
        yield waiting
    if statement is not None:
        yield statement
