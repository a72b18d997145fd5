"""Tokens: what one piece of text means to the parser, found once for each spelling and set of names."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from grader.errors import StudentError
from grader.maths.names import Symbols
from grader.maths.notation.limits import TOKENS
from grader.maths.tree import Node

# How strongly operators bind; see the table in `parser`.
IMPLIES, OR, AND, RELATION, UNION, INTERSECTION = 2, 3, 4, 6, 8, 9
SUM, RATIO, HADAMARD, PRODUCT, NEGATE, POWER, POSTFIX = 10, 11, 12, 20, 24, 30, 100
FACTOR = -1  # starts a factor, so it continues a product without a sign
CLOSES = 0  # ends every expression before it

# Spellings kept for one set of names; the longest names are not worth it.
KEPT, KEPT_LENGTH = 4_000, 80


@dataclass(slots=True, eq=False)
class Token:
    """One token.

    `node` is the whole meaning of an atom; `kind` says how anything else is read; `offset` is where the token
    starts in its spelling; `extra` belongs to the kind.
    """

    kind: str
    text: str
    binding: int = FACTOR
    node: Node | None = None
    extra: Any = None
    offset: int = 0


STOP = Token("stop", "the end", CLOSES)


@dataclass(slots=True, eq=False)
class Language:
    """A notation and the names known in it: the pattern of its tokens, what each spelling means."""

    symbols: Symbols
    undeclared: bool
    latex: bool
    integrates: bool  # whether dx is a differential
    pattern: re.Pattern[str]
    signs: Mapping[str, tuple[Token, ...]]  # what is known from the start
    known: dict[str, tuple[Token, ...]]
    learn: Callable[[Language, str], tuple[Token, ...]]

    def meaning(self, spelling: str) -> tuple[Token, ...]:
        """The tokens of a spelling that is met for the first time."""
        found = self.learn(self, spelling)
        if len(spelling) <= KEPT_LENGTH:
            if len(self.known) >= KEPT:
                self.known.clear()
                self.known.update(self.signs)
            self.known[spelling] = found
        return found


def lex(text: str, language: Language) -> list[Token]:
    """The tokens of a text, ending with a `stop`.

    Raises:
        StudentError: there are too many.
    """
    found: list[Token] = []
    known = language.known
    for spelling in language.pattern.findall(text):
        try:
            found += known[spelling]
        except KeyError:
            found += language.meaning(spelling)
    if len(found) > TOKENS:
        raise StudentError(f"The formula has more than {TOKENS} symbols.", code="too-long")
    return found


def column_of(index: int, text: str, language: Language) -> int:
    """The column, from 1, of the token with this index."""
    for match in language.pattern.finditer(text):
        tokens = language.known.get(match[1]) or language.learn(language, match[1])
        if index < len(tokens):
            return match.start(1) + tokens[index].offset + 1
        index -= len(tokens)
    return len(text) + 1


def character_name(character: str) -> str:
    """A character as it may be shown: itself, or its number and name."""
    if character.isprintable() and character.isascii():
        return character
    return f"U+{ord(character):04X} ({unicodedata.name(character, 'no name').lower()})"
