r"""Tables of LaTeX as Markdown has them: the rows of a `tabular` between bars."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

ROWS_LIMIT = 200
_BEGIN = re.compile(r"\\begin\{(tabular|tabularx|tabulary|longtable)(\*?)\}")
_RULES = re.compile(
    r"\\(?:hline|toprule|midrule|bottomrule|endhead|endfirsthead|centering)(?![A-Za-z])"
    r"|\\c(?:line|midrule)(?:\([^()]*\))?\{[^{}]*\}"
)
_BREAK = re.compile(r"\\\\(?:\[[^\]]*\])?|\\tabularnewline(?![A-Za-z])")
_AMPERSAND = re.compile(r"(?<!\\)&")
_NESTED = re.compile(r"\\begin\{[a-z]*(?:matrix|array|cases)\*?\}")


def as_markdown(lines: Iterable[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    r"""Numbered lines with each `tabular` as rows between bars; one that holds matrices is left as it is.

    >>> list(as_markdown([(1, r"\begin{tabular}{lr} a & 1 \\\\"), (2, r"b & 2 \end{tabular}")]))
    [(1, ''), (1, '| | |'), (1, '|---|---|'), (1, '| a | 1 |'), (2, '| b | 2 |'), (2, '')]
    """
    lines = list(lines)
    at = 0
    while at < len(lines):
        number, line = lines[at]
        begin = _BEGIN.search(line)
        end = _end(lines, at, f"\\end{{{begin[1]}{begin[2]}}}") if begin else None
        if begin is None or end is None:
            yield number, line
            at += 1
            continue
        inside = [(n, text) for n, text in lines[at : end + 1]]
        inside[0] = (number, line[begin.end() :])
        last, _, after = inside[-1][1].partition(f"\\end{{{begin[1]}{begin[2]}}}")
        inside[-1] = (inside[-1][0], last)
        if any(_NESTED.search(text) for _, text in inside):
            yield from lines[at : end + 1]
        else:
            yield number, line[: begin.start()]
            yield from _rows(inside)
            yield inside[-1][0], after
        at = end + 1


def _end(lines: list[tuple[int, str]], start: int, close: str) -> int | None:
    return next(
        (at for at in range(start, min(len(lines), start + ROWS_LIMIT)) if close in lines[at][1]), None
    )


def _rows(inside: list[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    rows: list[tuple[int, list[str]]] = []
    ruled = current = ""
    begins = inside[0][0]
    for position, (number, line) in enumerate(inside):
        if position == 0:
            line = _without_columns(line)
        if len(rows) == 1 and not current.strip() and _RULES.match(line.strip()):
            ruled = "below the first"
        for index, piece in enumerate(_BREAK.split(_RULES.sub(" ", line))):
            if index and current.strip():
                rows.append((begins, _AMPERSAND.split(current)))
            current, begins = (
                (piece, number) if index or not current.strip() else (f"{current} {piece}", begins)
            )
    if current.strip():
        rows.append((begins, _AMPERSAND.split(current)))
    width = max((len(cells) for _, cells in rows), default=0)
    rule = "|" + "---|" * width
    for index, (number, cells) in enumerate(rows):
        if index == 0 and not ruled:
            yield number, "|" + " |" * width
            yield number, rule
        yield number, "| " + " | ".join(cell.strip().replace("|", "\\|") for cell in cells) + " |"
        if index == 0 and ruled:
            yield number, rule


def _without_columns(line: str) -> str:
    """What follows the description of the columns, `{l|rr}` or `{\\textwidth}{lX}`."""
    while opened := re.match(r"\s*(?:\[[^\]]*\])?\s*\{", line):
        depth, at = 1, opened.end()
        while at < len(line) and depth:
            depth += (line[at] == "{") - (line[at] == "}")
            at += 1
        line = line[at:]
    return line
