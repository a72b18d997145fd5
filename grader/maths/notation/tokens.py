"""Tokens that plain text and LaTeX share, and how a run of letters becomes names."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from typing import NamedTuple

from grader.errors import StudentError
from grader.maths.names import Symbols, function_named, normal, unknown_name


class Token(NamedTuple):
    """One token: its kind, what it says, and the column where it starts (from 1).

    Kinds: number, symbol, function, constant, identity, operator, open, close, bar, openbar, closebar,
    transpose, inversetranspose, pseudoinverse, prime, begin, end, cell, row, stop.
    """

    kind: str
    text: str
    column: int


# Words that are never a product of one-letter names, whatever letters are declared.
_WORDS = frozenset(("nan", "inf", "and", "infinity", "none"))
CONSTANTS = {"e": "e", "pi": "pi", "π": "pi"}


def name_tokens(run: str, symbols: Symbols, column: int) -> Iterator[Token]:
    """The tokens of a run of letters: one name if it is one, else the declared names it is made of.

    Raises:
        StudentError: no declared name, and not a product of declared names.
    """
    whole = _one_name(run, symbols, column)
    if whole is not None:
        yield whole
        return
    if run.lower() in _WORDS:
        raise unknown_name(run, symbols, column)
    position = 0
    pieces: list[Token] = []
    while position < len(run):
        for end in range(len(run), position, -1):
            piece = _one_name(run[position:end], symbols, column + position)
            # Constants and functions are not looked for inside words: `e` is in too many of them.
            if piece is not None and piece.kind in ("symbol", "identity"):
                pieces.append(piece)
                position = end
                break
        else:
            raise unknown_name(run, symbols, column)
    yield from pieces


def _one_name(run: str, symbols: Symbols, column: int) -> Token | None:
    found = symbols.find(run)
    if found is not None:
        return Token("function" if found.kind == "function" else "symbol", found.name, column)
    name = normal(run)
    function = function_named(name)
    if function is not None:
        return Token("function", function, column)
    if name in CONSTANTS:
        return Token("constant", CONSTANTS[name], column)
    if name == "I" or (name[:1] == "I" and (name[1:].isdigit() or name[1:] in symbols.spellings)):
        return Token("identity", name[1:], column)
    return None


def refuse_character(character: str, column: int) -> StudentError:
    """The error for a character no formula contains, with its name where it may look like another."""
    name = unicodedata.name(character, "no name").lower()
    shown = (
        character if character.isprintable() and character.isascii() else f"U+{ord(character):04X} ({name})"
    )
    return StudentError(f"Column {column}: {shown} does not belong in a formula.", code="character")
