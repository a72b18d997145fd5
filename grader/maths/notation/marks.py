r"""Letters with a mark above them as one character or two, `ŵ`, `x̄`, put into the spelling of names."""

from __future__ import annotations

import re
import unicodedata

from grader.types import Notation

_MARKS = {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot"}
_LETTER = "[A-Za-z\u0391-\u03c9]"
_MARKED = re.compile(rf"({_LETTER})([{''.join(_MARKS)}])(?=(.?))", re.DOTALL)


def without_marks(text: str, notation: Notation) -> str:
    r"""A formula in which a marked letter is spelled out, apart from letters beside it.

    >>> without_marks("Xŵ", "plain"), without_marks("ŷ_i", "latex")
    ('X w_hat', '\\hat{y}_i')
    """
    apart = "".join(map(_apart, text))
    if apart == text and not any(mark in text for mark in _MARKS):
        return text

    def put(match: re.Match[str]) -> str:
        letter, accent = match[1], _MARKS[match[2]]
        if notation == "latex":
            return rf"\{accent}{{{letter}}}"
        before = " " if apart[: match.start()][-1:].isalnum() else ""
        return f"{before}{letter}_{accent}{' ' if match[3].isalnum() else ''}"

    return _MARKED.sub(put, apart)


def _apart(character: str) -> str:
    """A letter and its mark as two characters; everything else as it is."""
    if character < "\u00c0":
        return character
    both = unicodedata.normalize("NFD", character)
    return both if len(both) == 2 and both[1] in _MARKS and both[0].isalpha() else character
