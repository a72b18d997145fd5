"""A notebook as it was run: its cells with what they showed, bounded, as bytes and back."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from grader.sandbox.codec import NoValueError, checked_png
from grader.sandbox.jobs import CellRan, Fault, Output

_MOST_TEXT: Final = 200_000
_MOST_PICTURES: Final = 1_500_000
_MOST_BYTES: Final = 20_000_000


@dataclass(frozen=True, slots=True)
class Executed:
    """One file that was run. `sources` holds the source of each cell of `cells`; `notes` what was mended.

    `isolation` says what the walls did not stop, empty for the strongest; `ended` why the run did not come to
    its end, empty if it did.
    """

    file: str
    sources: tuple[str, ...]
    cells: tuple[CellRan, ...]
    notes: tuple[str, ...] = ()
    ended: str = ""
    isolation: str = ""


def bounded(executed: Executed) -> Executed:
    """The same with at most so much text and so many pictures as a report can hold."""
    text, pictures = _MOST_TEXT, _MOST_PICTURES
    cells, sources = [], []
    for cell, source in zip(executed.cells, executed.sources, strict=True):
        outputs: list[Output] = []
        for one in cell.outputs:
            if one.kind == "figure":
                pictures -= len(one.png)
                outputs.append(
                    one if pictures >= 0 else Output("note", "A figure is left out of this report.")
                )
            else:
                outputs.append(one._replace(text=one.text[: max(text, 0)]))
                text -= len(one.text)
        cells.append(cell._replace(outputs=tuple(outputs)))
        sources.append(source[: max(text, 0)])
        text -= len(source)
    return Executed(
        executed.file, tuple(sources), tuple(cells), executed.notes, executed.ended, executed.isolation
    )


def to_bytes(several: Iterable[Executed]) -> bytes:
    """Executed notebooks as compressed JSON."""
    data = [
        {
            "file": one.file,
            "sources": one.sources,
            "cells": [_cell(cell) for cell in one.cells],
            "notes": one.notes,
            "ended": one.ended,
            "isolation": one.isolation,
        }
        for one in several
    ]
    return zlib.compress(json.dumps(data, separators=(",", ":")).encode(), 6)


def from_bytes(data: bytes) -> tuple[Executed, ...]:
    """What `to_bytes` was given; pictures are looked at again."""
    plain = zlib.decompressobj().decompress(data, _MOST_BYTES)
    return tuple(
        Executed(
            one["file"],
            tuple(one["sources"]),
            tuple(map(_cell_ran, one["cells"])),
            tuple(one["notes"]),
            one["ended"],
            one["isolation"],
        )
        for one in json.loads(plain)
    )


def _cell(cell: CellRan) -> list[object]:
    outputs = [[kind, text, base64.b64encode(png).decode()] for kind, text, png in cell.outputs]
    return [cell.number, cell.status, outputs, cell.fault]


def _cell_ran(body: list[object]) -> CellRan:
    number, status, outputs, fault = body
    kept = []
    for kind, text, coded in outputs:  # type: ignore[attr-defined]
        try:
            png = checked_png(base64.b64decode(coded)) if kind == "figure" else b""
        except NoValueError:
            continue
        kept.append(Output(kind, text, png))
    return CellRan(number, status, tuple(kept), Fault(*fault) if fault else None)  # type: ignore[arg-type, misc]
