"""Answer files in JSON: `{"answers": {"2.2.3": "n/2", "3.1": {"output": [[1, 2], [3, 4]]}}}`."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

from grader.documents._entries import Path, entries
from grader.documents._json import Json, Pairs, parse
from grader.documents._text import decode, whole
from grader.types import Block, Document, File, Place, Problem

SUFFIXES = (".json",)


def read(file: File) -> Document:
    """One entry for each answer. A key that stands twice gives both answers, and a problem.

    Raises:
        StudentError: empty, binary, no JSON, nested too deeply, or no answers by name in it.
    """
    source = decode(file)
    advice = "Check the brackets, commas and quotes near there, and save it again."
    data = parse(source.text, what="an answer file", advice=advice)
    problems = list(source.problems)
    for name in _repeated(data, ""):
        message = f"The key {name!r} stands twice; both answers are kept for a person to choose."
        problems.append(Problem(Place(file.path), message))
    blocks, assignment = entries(data, _finder(source.text, file.path))
    mended: list[Block] = []
    for block in blocks:
        text, broken = whole(block.text)
        if broken:
            message = "A character is half of a pair and was replaced by U+FFFD; type it again."
            problems.append(Problem(block.place, message))
        mended.append(replace(block, text=text, name=whole(block.name)[0]))
    return Document(tuple(mended), tuple(problems), assignment)


def _finder(text: str, path: str) -> Callable[[Path], Place]:
    cursor, line = 0, 1

    def place(keys: Path) -> Place:
        """Entries are asked for in the order they stand, so a key is the next one of its name."""
        nonlocal cursor, line
        at = text.find(json.dumps(keys[-1], ensure_ascii=False), cursor)
        if at >= 0:
            line += text.count("\n", cursor, at)
            cursor = at
        return Place(path, line=line)

    return place


def _repeated(value: Json, name: str) -> list[str]:
    found: list[str] = []
    if isinstance(value, Pairs):
        counts = Counter(key for key, _ in value)
        found += [f"{name}{whole(key)[0]}" for key, count in counts.items() if count > 1]
        for key, inner in value:
            found += _repeated(inner, f"{name}{whole(key)[0]}.")
    return found[:20]
