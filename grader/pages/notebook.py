"""The notebooks of a report as they ran: cells, what they showed, what failed; text and pictures only."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Final, NamedTuple

from grader import executed
from grader.amounts import counted
from grader.executed import Executed
from grader.html import Html, escaped, visible
from grader.sandbox.codec import NoValueError, checked_png
from grader.sandbox.jobs import CellRan, Fault, Output

STATUS: Final = {"ran": "", "failed": "stopped by an error", "stopped": "was ended", "not run": "was not run"}
_LONG_LINES: Final = 40


class Piece(NamedTuple):
    """One piece of what a cell showed: `kind` picks the block of the template, `fold` says it is folded."""

    kind: str
    text: str = ""
    picture: Html = Html("")
    fold: str = ""


class Cell(NamedTuple):
    """One cell as it is shown."""

    name: str
    status: str
    source: str
    pieces: Sequence[Piece]
    fault: str


class Notebook(NamedTuple):
    """One notebook as it is shown; `summary` is what its folded line says."""

    summary: str
    notes: Sequence[str]
    ended: str
    cells: Sequence[Cell]


def notebooks(data: bytes) -> list[Notebook]:
    """What the report shows of the notebooks that were run."""
    return [_notebook(one) for one in executed.from_bytes(data)] if data else []


def _notebook(one: Executed) -> Notebook:
    failed = sum(cell.status != "ran" for cell in one.cells)
    ran = f"{counted(len(one.cells), 'code cell')}, {failed or 'none'} with an error"
    return Notebook(
        f"{visible(one.file)} ({ran})",
        [visible(note) for note in one.notes],
        visible(one.ended),
        [_cell(cell, source) for cell, source in zip(one.cells, one.sources, strict=True)],
    )


def _cell(cell: CellRan, source: str) -> Cell:
    return Cell(
        f"Cell {cell.number}",
        STATUS[cell.status],
        visible(source),
        [piece for output in cell.outputs for piece in _pieces(output, cell.number)],
        _fault(cell.fault) if cell.fault else "",
    )


def _pieces(output: Output, number: int) -> list[Piece]:
    if output.kind == "figure":
        try:
            data = base64.b64encode(checked_png(output.png)).decode("ascii")
        except NoValueError:
            return []
        alt = escaped(f"Figure of cell {number}")
        return [Piece("figure", picture=Html(f'<img alt="{alt}" src="data:image/png;base64,{data}">'))]
    lines = output.text.count("\n") + 1
    fold = f"Output ({counted(lines, 'line')})" if lines > _LONG_LINES else ""
    kind = output.kind if output.kind in ("note", "stderr") else "text"
    return [Piece(kind, visible(output.text.rstrip("\n")), fold=fold)] if output.text.strip() else []


def _fault(fault: Fault) -> str:
    """An exception as a student reads it: where, what, and the line."""
    where = f"Line {fault.line}: " if fault.line else ""
    said = visible(" ".join(fault.message.split())[:500])
    name = "" if fault.type in ("Ended", "TimeLimit", "SystemExit") else f"{visible(fault.type)}: "
    return f"{where}{name}{said}" if said else f"{where}{name.rstrip(': ')}"
