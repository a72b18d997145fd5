"""A person's name in all the orders and spellings in which platforms write it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_SPECIAL: Final = str.maketrans(
    {"ß": "ss", "ø": "o", "Ø": "O", "ł": "l", "Ł": "L", "đ": "d", "æ": "ae", "Æ": "AE", "œ": "oe", "ı": "i"}
)
_GERMAN: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})


@lru_cache(maxsize=8192)
def forms(name: str) -> frozenset[str]:
    """The name without anything between its words, from each of them on: `doejane` and `janedoe`.

    Two names that share a form are the same words in another order.

    >>> sorted(forms("Doe, Jane"))
    ['doejane', 'janedoe']
    """
    words = [word for part in re.split(r"[\s,_.+]+", _folded(name)) if (word := _letters(part))]
    turned = {"".join(words[at:] + words[:at]) for at in range(len(words))}
    # Both sides sorted: given and family names that were mixed up all over.
    return frozenset(turned | {"".join(sorted(words))} if words else ())


@lru_cache(maxsize=8192)
def plain_forms(name: str) -> frozenset[str]:
    """The forms of the name without accents, and with German letters written out as well.

    >>> sorted(plain_forms("Müller"))
    ['mueller', 'muller']
    """
    name = _folded(name)
    spelled = unicodedata.normalize("NFKD", name.translate(_GERMAN))
    plain = unicodedata.normalize("NFKD", name.translate(_SPECIAL))
    return frozenset(
        form
        for text in (plain, spelled)
        for form in forms("".join(sign for sign in text if not unicodedata.combining(sign)))
    )


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name[:300]).casefold()


def _letters(word: str) -> str:
    # A hyphen or an apostrophe joins: O'Neil-Smith is one word to every platform.
    return "".join(sign for sign in word if sign.isalnum() or unicodedata.combining(sign))
