r"""Words in LaTeX that no formula has, where names need no declaration: units behind numbers, sentences.

Where names are declared such a word is an unknown name and refused with it. Where they are not,
`5 \text{meters}` would be a product with a name, and `\text{per second}` one with each of its letters.
"""

from __future__ import annotations

import re

from grader.errors import StudentError
from grader.maths.notation.meanings import known_function
from grader.maths.notation.signs import WORDS

_WORDS_IN_TEXT = r"\\text(?:rm|normal)?\s*\{([^{}]*)\}"
_TEXT = re.compile(_WORDS_IN_TEXT)
# Behind a number or a fraction, and nothing but a power behind it.
_POWER = r"(?:\s*\^\s*(?:[23]|\{\s*-?\s*[123]\s*\}))?"
_UNIT = re.compile(rf"(?:[0-9}}.]|\\pi)(?:\s|~|\\[,;:! ])*{_WORDS_IN_TEXT}{_POWER}\s*(?=\Z|[.,;&]|\\\\)")
# What scans make of a unit: behind a space in the braces stands no name.
_SPACED = re.compile(r"\\mathrm\s*\{(?:~|\\[,;:! ])\s*([^\W\d_]+)")
_LETTERS = re.compile(r"[^\W\d_]+")


def check_words(text: str) -> None:
    """Nothing, where every word is part of a formula.

    Raises:
        StudentError: a unit, or words side by side that mean nothing here, with its column.
    """
    for match in (*_UNIT.finditer(text), *_SPACED.finditer(text)):
        word = match[1].strip()
        if _LETTERS.fullmatch(word) and not _means_something(word):
            raise StudentError(
                f"Column {match.start(1) + 1}: {word!r} is a unit, which is not read here.", code="unit"
            )
    for match in _TEXT.finditer(text):
        words = _LETTERS.findall(match[1])
        strange = [word for word in words if len(word) > 1 and not _means_something(word)]
        if len(words) > 1 and strange:
            raise StudentError(
                f"Column {match.start(1) + 1}: the word {strange[0]!r} is not part of a formula.",
                code="words",
            )


def _means_something(word: str) -> bool:
    return word in WORDS or known_function(word)
