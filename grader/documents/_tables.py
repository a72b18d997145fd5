"""Tables of Markdown: a row `| name | value |`, or a column with the quantity's name above its values."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache

TABLES_LIMIT = 20
ROWS_LIMIT = 100
_RULE = re.compile(r"\s*\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)*\|?\s*$")
_CELL = re.compile(r"(?<!\\)\|")


def values(text: str, bears: Callable[[str], bool]) -> Iterator[tuple[str, int]]:
    """What the tables of a paragraph give for a name, each with its line; `[1, 2]` for several rows."""
    lines = text.split("\n")
    rules = [at for at, line in enumerate(lines) if at and "|" in line and _RULE.match(line)]
    for at in rules[:TABLES_LIMIT]:
        header = _cells(lines[at - 1])
        rows = [_cells(row) for row in lines[at + 1 :] if "|" in row]
        columns = [number for number, name in enumerate(header) if bears(name)]
        if len(columns) == 1 and (columns[0] > 0 or len(rows) == 1):
            column = [row[columns[0]] for row in rows if len(row) == len(header)]
            if column and len(column) == len(rows):
                yield (column[0] if len(column) == 1 else f"[{', '.join(column)}]"), at + 1
        for offset, row in enumerate(rows):
            if len(row) == 2 and bears(row[0]):
                yield row[1], at + 1 + offset


def crossed(text: str, bears: Callable[[str, str], bool]) -> Iterator[tuple[str, int]]:
    """What a table gives where a row and a column together name the quantity, each with its line."""
    lines = text.split("\n")
    rules = [at for at, line in enumerate(lines) if at and "|" in line and _RULE.match(line)]
    for at in rules[:TABLES_LIMIT]:
        header = _cells(lines[at - 1])
        for offset, line in enumerate(lines[at + 1 : at + 1 + ROWS_LIMIT], at + 1):
            row = _cells(line) if "|" in line else ()
            if len(row) != len(header) or _RULE.match(line):
                break
            for name, value in zip(header[1:], row[1:], strict=True):
                if name and row[0] and bears(row[0], name):
                    yield value, offset


@lru_cache(maxsize=2048)
def _cells(line: str) -> tuple[str, ...]:
    return tuple(cell.strip() for cell in _CELL.split(line.strip().strip("|")))
