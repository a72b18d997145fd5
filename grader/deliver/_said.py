"""A mark in plain text, for platforms that show results line by line."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from grader.html import visible
from grader.pages.words import NOTES
from grader.types import Checklist, Counterexample, EntryMap, Evidence, Mark, Note

_LONGEST: Final = 4_000


def said(mark: Mark) -> str:
    """The verdict with what was read and the evidence; nothing in it is markup."""
    verdict = mark.verdict
    lines = [verdict.message] if verdict.message else []
    if mark.answer is not None and mark.answer.text.strip():
        lines.append(f"Your answer ({mark.answer.place}): {_short(mark.answer.text)}")
    if verdict.read.strip() and mark.answer is not None and verdict.read.strip() != mark.answer.text.strip():
        lines.append(f"Understood as: {_short(verdict.read)}")
    for piece in verdict.evidence:
        lines += _evidence(piece)
    if mark.who != "machine":
        lines.append(f"Marked by {mark.who}{f': {mark.why}' if mark.why else '.'}")
    return visible("\n".join(lines))[:_LONGEST]


def _evidence(piece: Evidence) -> Iterator[str]:
    match piece:
        case Note(kind, text):
            if kind != "advice":  # that is for the staff
                yield f"{NOTES[kind]}: {text}"
        case Counterexample(values, got, expected):
            where = ", ".join(f"{name} = {_short(value)}" for name, value in values)
            yield f"At {where}: your answer is {_short(got)}, expected {_short(expected)}."
        case EntryMap(_, right):
            flags = [flag for row in right for flag in row]
            yield f"{sum(flags)} of {len(flags)} entries are right."
        case Checklist(items, _):
            yield "A person looks for: " + "; ".join(items)


def _short(text: str, length: int = 600) -> str:
    return text if len(text) <= length else f"{text[: length - 1]}…"
