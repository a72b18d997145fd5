"""A table of a page as lines: an array, a number and its answer, a name and its value, or plain rows."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_ENTRY = re.compile(r"[-+−]?\d+(?:\.\d+)?(?:/\d+)?|[-+−]?\.\d+")
# 2.2.3, 2b, (a): the number of a question and not a value
_NUMBER = re.compile(
    r"(?:(?:question|problem|part|q)\.?\s*)?(?:\d{1,2}(?:\.\d{1,2})+(?:\s*\(?[a-z]\)?)?|\d{1,2}\s*\(?[a-z]\)?|\([a-z]\))",
    re.IGNORECASE,
)


def lines(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines that say what a table says, with an empty one before and after.

    >>> lines([["1", "2"], ["3", "4"]]), lines([["Part", "Answer"], ["2.1", "x = 4"]])
    (['', '[[1, 2], [3, 4]]', ''], ['', 'Part: Answer', '', '###### 2.1', 'x = 4', ''])
    """
    filled = [row for row in rows if any(row)]
    if not filled:
        return []
    widths = {len(row) for row in filled}
    cells = [cell for row in filled for cell in row]
    if len(widths) == 1 and len(cells) > 1 and all(map(_ENTRY.fullmatch, cells)):
        grid = [f"[{', '.join(row)}]" for row in filled]
        return ["", grid[0] if len(grid) == 1 else f"[{', '.join(grid)}]", ""]
    return ["", *(line for row in filled for line in _row([cell for cell in row if cell])), ""]


def _row(cells: Sequence[str]) -> Iterator[str]:
    first, *rest = cells
    if rest and _NUMBER.fullmatch(first):
        yield ""
        yield f"###### {first}"
    else:
        rest = list(cells)
    yield ": ".join(rest) if len(rest) == 2 else " | ".join(rest)
