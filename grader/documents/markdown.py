"""Markdown write-ups: headings, paragraphs with `$..$`, display formulas, fenced code, front matter."""

from __future__ import annotations

import re

from grader.documents._prose import Line, blocks
from grader.documents._text import decode
from grader.types import Block, Document, File, Place

SUFFIXES = (".md", ".markdown", ".mkd")

_NAMED = re.compile(r"\s*assignment\s*:\s*['\"]?([\w.-]+)['\"]?\s*$")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)


def read(file: File) -> Document:
    """The blocks of a Markdown file, and the assignment its front matter names.

    Raises:
        StudentError: empty, binary or wrongly encoded.
    """
    source = decode(file)
    found, assignment = from_text(source.text, Place(file.path))
    return Document(found, source.problems, assignment)


def from_text(text: str, place: Place) -> tuple[tuple[Block, ...], str | None]:
    """The blocks of some Markdown, and the assignment that front matter at its top names."""
    # comments are blanked, not cut, so that lines keep their numbers
    text = _COMMENT.sub(lambda comment: "\n" * comment[0].count("\n"), text) if "<!--" in text else text
    lines = [Line(line, number) for number, line in enumerate(text.split("\n"), start=1)]
    assignment, lines = _front_matter(lines)
    return tuple(blocks(lines, place)), assignment


def _front_matter(lines: list[Line]) -> tuple[str | None, list[Line]]:
    if not lines or lines[0].text.strip() != "---":
        return None, lines
    end = next((at for at, line in enumerate(lines[1:50], 1) if line.text.strip() in {"---", "..."}), 0)
    if not end:
        return None, lines
    named = (_NAMED.fullmatch(line.text) for line in lines[1:end])
    return next((match[1] for match in named if match), None), lines[end + 1 :]
