"""Text for a terminal: safe whatever a student typed, and no wider than people read."""

from __future__ import annotations

import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Final

import click

from grader.amounts import number

if TYPE_CHECKING:
    from decimal import Decimal

WIDTH: Final = 80
_UNSEEN: Final = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(text: str) -> str:
    r"""Text without terminal control: escapes and marks that turn the line around are spelled out.

    >>> plain("red \x1b[31m"), plain("two\nlines")
    ('red \\x1b[31m', 'two\nlines')
    """
    if text.isprintable():
        return text
    return "".join(
        character
        if character == "\n" or unicodedata.category(character) not in _UNSEEN
        else _spelled(character)
        for character in text.expandtabs(4)
    )


def _spelled(character: str) -> str:
    return character.encode("unicode_escape").decode("ascii")


def wrapped(text: str, *, indent: int = 0, hang: int = 0) -> str:
    """Text filled to the width, its own line breaks kept; later lines are indented by `hang` more."""
    return "\n".join(
        textwrap.fill(
            line,
            WIDTH,
            initial_indent=" " * indent,
            subsequent_indent=" " * (indent + hang),
            break_on_hyphens=False,
            replace_whitespace=False,
        )
        for line in plain(text).splitlines()
    )


def labelled(label: str, text: str, *, indent: int = 2, gutter: int = 11) -> str:
    """A label with text beside it, filled to the width in its own column; items after `- ` hang."""
    filled = [
        piece
        for line in plain(text).splitlines() or [""]
        for piece in textwrap.wrap(
            line,
            WIDTH - indent - gutter,
            subsequent_indent="  " if line.startswith("- ") else "",
            break_on_hyphens=False,
            replace_whitespace=False,
        )
        or [""]
    ]
    first = f"{' ' * indent}{label:<{gutter}}{filled[0]}".rstrip()
    return "\n".join([first, *(f"{' ' * (indent + gutter)}{line}".rstrip() for line in filled[1:])])


def excerpt(text: str, *, lines: int = 12, characters: int = 900) -> str:
    """The start of a long text, with how much was left out."""
    kept = "\n".join(text[:characters].splitlines()[:lines])
    left = len(text) - len(kept)
    return kept if left <= 1 else f"{kept} … ({left:,} more characters)"


def points(value: Decimal | None) -> str:
    """Points without an exponent or trailing zeros; a dash while a person is waited for."""
    return "–" if value is None else number(value)


def counted(amount: int, noun: str, plural: str = "") -> str:
    """A number with its noun: `1 student`, `2 students`, `1,000 students`."""
    return f"{amount:,} {noun if amount == 1 else plural or noun + 's'}"


def columns(rows: Iterable[Sequence[str]], *, indent: int = 2, right: frozenset[int] = frozenset()) -> str:
    """Rows in aligned columns; those numbered in `right` are aligned to the right."""
    table = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return "\n".join(
        " " * indent
        + "  ".join(
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    )


def say(text: str = "") -> None:
    """Prints, also where the terminal cannot show a character."""
    encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
    click.echo(text.encode(encoding, "backslashreplace").decode(encoding))
