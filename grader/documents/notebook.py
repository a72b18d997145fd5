"""Jupyter notebooks, versions 2 to 4, read as plain JSON: Markdown cells, literals in code, saved text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from grader.documents import _code, markdown
from grader.documents._json import Json, Pairs, parse
from grader.documents._text import decode, whole
from grader.errors import StudentError
from grader.types import Block, Document, File, Place, Problem

SUFFIXES = (".ipynb",)
CELL_LIMIT = 2_000
SOURCE_LIMIT = 2 * 2**20
OUTPUT_LIMIT = 10_000

_ADVICE = "Open it in Jupyter and export it again with File > Download."
_TAG = re.compile(
    r"(?:(?:q|question|problem|exercise|part|task|answer|ans|solution)[-_ :.]*)?"
    r"(\d{1,2}(?:[._-]\d{1,2}){0,3}(?:[._-]?\(?[a-z]\)?)?)(?:[-_ .]*(?:answer|ans|solution|text|code))?",
    re.IGNORECASE,
)
_ESCAPES = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07]*\x07")


@dataclass(slots=True)
class _Reading:
    """What has been read so far of one notebook."""

    path: str
    blocks: list[Block] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    assignment: str | None = None


def read(file: File) -> Document:
    """The blocks of every cell, numbered from 1; pictures and rich outputs are left out.

    Raises:
        StudentError: empty, binary, no JSON, no notebook, too many cells or too much source.
    """
    source = decode(file)
    data = parse(source.text, what="a notebook", advice=_ADVICE)
    if not isinstance(data, Pairs):
        raise StudentError(
            f"This is not a notebook: it is JSON, but not an object. {_ADVICE}", code="no-notebook"
        )
    cells = cells_of(data)
    if len(cells) > CELL_LIMIT:
        raise StudentError(
            f"The notebook has {len(cells):,} cells; at most {CELL_LIMIT:,} are read. Delete some.",
            code="too-large",
        )
    reading = _Reading(file.path, problems=list(source.problems), assignment=_assignment(data))
    room = SOURCE_LIMIT
    for number, cell in enumerate(cells, start=1):
        if not isinstance(cell, Pairs):
            reading.problems.append(
                Problem(Place(file.path, number), "This cell is damaged and was passed over.")
            )
            continue
        room -= _read_cell(cell, number, reading)
        if room < 0:
            raise StudentError(
                f"The cells hold more than {SOURCE_LIMIT // 2**20} MB of text. Delete what is not needed.",
                code="too-large",
            )
    return Document(tuple(reading.blocks), tuple(reading.problems), reading.assignment)


def cells_of(data: Pairs) -> list[Json]:
    """The cells of a notebook of any version.

    Raises:
        StudentError: a version nobody knows, or no list of cells.
    """
    version = data.get("nbformat")
    sheets = data.get("worksheets")
    if isinstance(version, str) and version.isdecimal() and len(version) < 4 and not 2 <= int(version) <= 4:
        raise StudentError(
            f"This is notebook version {version}; versions 3 and 4 are read. {_ADVICE}", code="version"
        )
    if isinstance(sheets, list):
        return [cell for sheet in sheets if isinstance(sheet, Pairs) for cell in _list(sheet.get("cells"))]
    cells = data.get("cells")
    if not isinstance(cells, list) or isinstance(cells, Pairs):
        raise StudentError(f"This is not a notebook: it has no list of cells. {_ADVICE}", code="no-notebook")
    return cells


def _assignment(data: Pairs) -> str | None:
    metadata = data.get("metadata")
    grader = metadata.get("grader") if isinstance(metadata, Pairs) else None
    named = grader.get("assignment") if isinstance(grader, Pairs) else None
    return named if isinstance(named, str) else None


def _read_cell(cell: Pairs, number: int, reading: _Reading) -> int:
    """Adds the blocks of one cell; returns the size of its source."""
    kind = cell.get("cell_type")
    text, broken = whole(source_of(cell))
    place = Place(reading.path, number)
    if broken:
        message = "A character is half of a pair and was replaced by U+FFFD; type it again."
        reading.problems.append(Problem(place, message))
    if (tag := _number_in_tags(cell)) and text.strip():
        reading.blocks.append(Block("heading", tag, Place(reading.path, number, 1), level=2))
    if kind == "code":
        reading.blocks += _code.blocks(text, Place(reading.path, number, 1)) if text.strip() else ()
        _read_outputs(cell, text, place, reading)
    elif kind == "heading":  # version 3
        level = cell.get("level")
        depth = int(level) if isinstance(level, str) and level in tuple("123456") else 1
        reading.blocks.append(
            Block("heading", " ".join(text.split()), Place(reading.path, number, 1), level=depth)
        )
    elif text.strip():
        blocks, assignment = markdown.from_text(text, place)
        reading.blocks += blocks
        if number == 1 and reading.assignment is None:
            reading.assignment = assignment
    return len(text)


def _number_in_tags(cell: Pairs) -> str:
    """The number of a question in a cell's tags or its name in nbgrader: `2.2.3`, `q3a`, `answer-2_1`."""
    metadata = cell.get("metadata")
    if not isinstance(metadata, Pairs):
        return ""
    nbgrader = metadata.get("nbgrader")
    named = nbgrader.get("grade_id") if isinstance(nbgrader, Pairs) else None
    for name in (*_list(metadata.get("tags")), named):
        found = _TAG.fullmatch(name.strip()) if isinstance(name, str) else None
        if found:
            return found[1].replace("_", ".").replace("-", ".")
    return ""


def _read_outputs(cell: Pairs, source: str, place: Place, reading: _Reading) -> None:
    texts: list[str] = []
    for output in _list(cell.get("outputs")):
        if isinstance(output, Pairs) and (text := _output_text(output)):
            texts.append(text)
    if not texts:
        return
    text = "\n".join(texts)
    if len(text) > OUTPUT_LIMIT:
        message = f"The output has {len(text):,} characters; only the first {OUTPUT_LIMIT:,} were kept."
        reading.problems.append(Problem(place, message))
        text = text[:OUTPUT_LIMIT]
    text = _ESCAPES.sub("", whole(text)[0]).strip("\n")
    reading.blocks.append(Block("output", text, place, _code.shown_name(source)))


def _output_text(output: Pairs) -> str:
    """The plain text of an output; nothing for errors, warnings and pictures."""
    if output.get("output_type") == "stream":
        return "" if output.get("name") == "stderr" else joined(output.get("text")).rstrip("\n")
    data = output.get("data")
    # version 3 keeps the text beside the type
    return joined(data.get("text/plain") if isinstance(data, Pairs) else output.get("text")).rstrip("\n")


def source_of(cell: Pairs) -> str:
    """The text of a cell; version 3 calls that of code its input."""
    raw = cell.get("source")
    return joined(cell.get("input") if raw is None else raw).replace("\r\n", "\n")


def joined(value: Json) -> str:
    """Notebooks keep text whole or as a list of lines."""
    if isinstance(value, list):
        return "".join(part for part in value if isinstance(part, str))
    return value if isinstance(value, str) else ""


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) and not isinstance(value, Pairs) else []
