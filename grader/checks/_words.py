"""Words of an idea in a text: synonyms with their light endings, and whether they are denied."""

from __future__ import annotations

import re
from collections.abc import Sequence

_MOST_MENTIONS = 50
_NEGATED = re.compile(
    r"(?:\b(?:not|no|never|neither|nor|without|cannot|rather than|instead of)\b|n['’]t\b)[^.;,!?\n]{0,40}$"
)


def words_pattern(words: Sequence[str]) -> re.Pattern[str]:
    """The pattern of some synonyms as whole words, whatever their case.

    >>> words_pattern(["boundary"]).search("It finds the boundaries.")[0]
    'boundaries'
    """
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(map(_forms, words))})(?![^\W_])", re.IGNORECASE)


def _forms(word: str) -> str:
    """A word with its plural and other light endings; spaces and hyphens are one."""
    *first, last = re.split(r"[\s-]+", word.strip())
    if last.endswith("y") and last[-2:-1] not in "aeiou":
        ending = re.escape(last[:-1]) + r"(?:y|ies|ied)"
    elif last.endswith("e"):
        ending = re.escape(last[:-1]) + r"(?:e|es|ed|ing)"
    else:
        ending = re.escape(last) + r"(?:s|es|ed|ing)?"
    return r"[\s-]*".join([*map(re.escape, first), rf"{ending}(?:['’]s)?"])


def mention(pattern: re.Pattern[str], text: str) -> tuple[str, bool]:
    """The words that mention an idea, and whether every mention is negated; no words if there is none."""
    first, negated = "", True
    for count, match in enumerate(pattern.finditer(text)):
        first = first or match[0]
        if not is_negated(text, match.start()):
            return match[0], False
        if count == _MOST_MENTIONS:
            break
    return first, negated and bool(first)


def is_negated(text: str, start: int) -> bool:
    """Whether what begins at `start` is denied by the words before it.

    >>> is_negated("not the corners", 8), is_negated("no doubt; the corners", 14)
    (True, False)
    """
    return _NEGATED.search(text[max(0, start - 60) : start]) is not None
