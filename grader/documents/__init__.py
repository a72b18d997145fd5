"""Every file format is one file here: `notebook`, `markdown`, `latex`, `html_file`, `yaml_file`, ...

A format module offers the suffixes it reads and one function:

    SUFFIXES: tuple[str, ...]        lower-case, with the dot
    read(file) -> Document           raises StudentError when nothing of the file can be read
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Protocol, cast

from grader.errors import StaffError, StudentError
from grader.types import Document, File

SIZE_LIMIT = 10 * 2**20


class Format(Protocol):
    """What every module of this folder offers."""

    SUFFIXES: tuple[str, ...]

    def read(self, file: File) -> Document: ...


@cache
def formats() -> tuple[str, ...]:
    """The names of all formats, sorted; files that start with an underscore are not formats."""
    return tuple(sorted(m.name for m in pkgutil.iter_modules(__path__) if not m.name.startswith("_")))


@cache
def load(name: str) -> Format:
    """The module of one format.

    Raises:
        StaffError: there is no such format.
    """
    if name not in formats():
        raise StaffError(f"there is no document format {name!r}; one of {', '.join(formats())}")
    return cast(Format, importlib.import_module(f"grader.documents.{name}"))


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
