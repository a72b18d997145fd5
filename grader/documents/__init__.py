"""Every file format is one file here: `notebook`, `markdown`, `latex`, `html_file`, `yaml_file`, ...

A format module offers the suffixes it reads and one function:

    SUFFIXES: tuple[str, ...]        lower-case, with the dot
    read(file) -> Document           raises StudentError when nothing of the file can be read
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Protocol, cast

from grader import rooms
from grader.errors import StudentError
from grader.types import Document, File, Place, Problem

SIZE_LIMIT = 10 * 2**20


class Format(Protocol):
    """What every module of this folder offers."""

    SUFFIXES: tuple[str, ...]

    def read(self, file: File) -> Document: ...


@cache
def formats() -> tuple[str, ...]:
    """The names of all formats, sorted; files that start with an underscore are not formats."""
    return rooms.names(__path__[0])


@cache
def load(name: str) -> Format:
    """The module of one format.

    Raises:
        StaffError: there is no such format, with the nearest name.
    """
    return cast(Format, rooms.load(__name__, name, formats(), "document format"))


def read_all(files: Iterable[File]) -> tuple[list[Document], tuple[Problem, ...]]:
    """The files that could be read, and the problems of those that could not; never raises."""
    read: list[Document] = []
    unread: list[Problem] = []
    for file in files:
        document = _attempted(file)
        if isinstance(document, Problem):
            unread.append(document)
        elif document.blocks or not document.problems:
            read.append(document)
        else:
            unread += document.problems
    return read, tuple(unread)


def _attempted(file: File) -> Document | Problem:
    try:
        return read(file)
    except StudentError as error:
        return Problem(Place(file.path), str(error))
    except Exception as error:  # a file that breaks a reader must not take the student's other files along
        said = f"The grader failed on this file ({type(error).__name__}); a person will look at it."
        return Problem(Place(file.path), said)


def read(file: File) -> Document:
    """The blocks of a file, read by the format of its suffix, or of its content where the suffix is unknown.

    Raises:
        StudentError: the file is empty, too large, damaged, or of a kind that is not read.
    """
    if len(file.data) > SIZE_LIMIT:
        raise StudentError(
            f"The file has {len(file.data) / 2**20:,.1f} MB; at most {SIZE_LIMIT // 2**20} MB are read. "
            "Clear large outputs and pictures.",
            code="too-large",
        )
    name = _by_suffix().get(_suffix(file.path)) or _by_content(file)
    return load(name).read(file)


@cache
def _by_suffix() -> dict[str, str]:
    return {suffix: name for name in formats() for suffix in load(name).SUFFIXES}


def _suffix(path: str) -> str:
    name = path.rpartition("/")[2]
    return name[name.rfind(".") :].lower() if "." in name else ""


def _by_content(file: File) -> str:
    from grader.documents._text import decode

    known = ", ".join(sorted(_by_suffix()))
    if _suffix(file.path) not in {"", ".text", ".txt"}:
        decode(file)  # says what a picture, a PDF or a Word file is
        raise StudentError(
            f"Files called *{_suffix(file.path)} are not read. Hand in one of: {known}.",
            code="unknown-format",
        )
    start = decode(file).text.lstrip()[:4000]
    if start.startswith("{"):
        return "notebook" if '"cells"' in start or '"worksheets"' in start else "json_file"
    if "\\documentclass" in start or "\\begin{document}" in start:
        return "latex"
    return "yaml_file" if start.startswith(("answers:", "assignment:")) else "markdown"
