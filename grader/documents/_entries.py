"""Nested answers become entries: the name is the dotted path of keys, the value is text as typed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeAlias, cast

from grader.documents._json import Pairs
from grader.documents._text import notation_of
from grader.errors import StudentError
from grader.types import Block, Notation, Place

Path: TypeAlias = tuple[str | int, ...]
ENTRY_LIMIT = 2_000
_WRAPPERS = (("$$", "$$"), ("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))


def entries(data: object, place: Callable[[Path], Place]) -> tuple[tuple[Block, ...], str | None]:
    """One entry for each value of an answer file, and the assignment the file names.

    `data` holds mappings (`Pairs` or dict), lists and text; `place` says where a path of keys stands.

    Raises:
        StudentError: the file, or its `answers`, is no mapping.
    """
    top = _items(data)
    if top is None:
        raise StudentError(
            "The file holds no answers by name: write one line for each part, such as `2.2.3: n/2`.",
            code="no-answers",
        )
    named = dict(top)
    assignment = named.get("assignment")
    path: Path = ()
    answers: list[tuple[str, object]] | None = [pair for pair in top if pair[0] != "assignment"]
    if "answers" in named:
        path, answers = ("answers",), _items(named["answers"])
        if named["answers"] is None or named["answers"] == "":
            answers = []
    if answers is None:
        raise StudentError(
            "`answers` must hold one line for each part, such as `2.2.3: n/2`.", code="no-answers"
        )
    blocks: list[Block] = []
    for key, value in answers:
        blocks += _flat(value, place, path=(*path, key), name=key)
        if len(blocks) > ENTRY_LIMIT:
            raise StudentError(f"The file holds more than {ENTRY_LIMIT:,} answers.", code="too-large")
    return tuple(blocks), assignment.strip() if isinstance(assignment, str) else None


def entry(name: str, text: str, place: Place) -> Block:
    """One named value, without the dollars around it and with its notation."""
    inner, notation = unwrapped(text)
    return Block("entry", inner, place, name, notation=notation)


def unwrapped(text: str) -> tuple[str, Notation]:
    r"""A typed answer without the dollars around it, and its notation.

    >>> unwrapped(r"$\frac{n}{2}$"), unwrapped("n/2")
    (('\\frac{n}{2}', 'latex'), ('n/2', 'plain'))
    """
    for start, end in _WRAPPERS:
        if text.startswith(start) and text.endswith(end) and len(text) > len(start + end):
            inner = text[len(start) : -len(end)]
            if start not in inner:
                return inner.strip(), "latex"
    return text, notation_of(text)


def _flat(value: object, place: Callable[[Path], Place], *, path: Path, name: str) -> Iterator[Block]:
    items = _items(value)
    if items is not None:
        for key, inner in items:
            yield from _flat(inner, place, path=(*path, key), name=f"{name}.{key}")
    elif text := _written(value):
        yield entry(name, text, place(path))


def _written(value: object) -> str:
    """A value as one text: lists as `[[1, 2], [3, 4]]`, nothing for null."""
    if isinstance(value, list):
        return "[" + ", ".join(map(_written, value)) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_written(inner)}" for key, inner in value.items()) + "}"
    return "" if value is None else str(value).strip()


def _items(value: object) -> list[tuple[str, object]] | None:
    if isinstance(value, Pairs):
        return cast("list[tuple[str, object]]", list(value))
    if isinstance(value, dict):
        return [(str(key), inner) for key, inner in value.items()]
    return None
