"""Python files: the code as it stands, and its literals; it is run as one cell where a rubric asks for it."""

from __future__ import annotations

from grader.documents import _code
from grader.documents._text import decode, whole
from grader.types import Document, File, Place, Problem

SUFFIXES = (".py",)


def read(file: File) -> Document:
    """The code, and one entry for each literal that is given a name.

    Raises:
        StudentError: empty, binary, or in another encoding.
    """
    source = decode(file)
    text, broken = whole(source.text)
    problems = list(source.problems)
    if broken:
        message = "A character is half of a pair and was replaced by U+FFFD; type it again."
        problems.append(Problem(Place(file.path), message))
    return Document(_code.blocks(text, Place(file.path, None, 1)), tuple(problems))
