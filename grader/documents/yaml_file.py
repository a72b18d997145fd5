"""Answer files in YAML: every scalar is text as typed, so `no`, `010` and `1:30` stay what they are."""

from __future__ import annotations

from grader.documents._entries import Path, entries
from grader.documents._text import decode
from grader.types import Document, File, Place

SUFFIXES = (".yaml", ".yml")


def read(file: File) -> Document:
    """One entry for each answer, with its line.

    Raises:
        StudentError: empty, binary, no YAML, tags, aliases, repeated keys, or no answers by name in it.
    """
    from grader import yamltext

    source = decode(file)
    loaded = yamltext.load(source.text, name=file.path)

    def place(path: Path) -> Place:
        return Place(file.path, line=loaded.line(path))

    blocks, assignment = entries(loaded.data, place)
    return Document(blocks, source.problems, assignment)
