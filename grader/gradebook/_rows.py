"""Answers and verdicts as rows of the gradebook, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from fractions import Fraction
from typing import Any, cast

from grader import encoding
from grader.types import Answer, Notation, Outcome, Place, Verdict


def plain(text: str) -> str:
    # SQLite keeps UTF-8: what has no such form (half a surrogate pair) is shown, not refused.
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode("utf-8")


def answer_row(answer: Answer) -> tuple[object, ...]:
    place = answer.place
    return (
        plain(answer.text),
        plain(place.file),
        place.cell,
        place.line,
        answer.notation,
        plain(answer.passage),
    )


def answer_of(part: str, row: list[Any]) -> Answer | None:
    text, file, cell, line, notation, passage = row
    if text is None:
        return None
    return Answer(part, text, Place(file, cell, line), cast(Notation, notation), passage)


def verdict_row(verdict: Verdict) -> tuple[object, ...]:
    return (
        str(verdict.outcome),
        None if verdict.credit is None else str(verdict.credit),
        verdict.code,
        plain(verdict.message),
        plain(verdict.read),
        plain(verdict.mathml),
        encoding.evidence_to_json(verdict.evidence),
    )


def verdict_of(row: list[Any]) -> Verdict:
    outcome, credit, code, message, read, mathml, evidence = row
    return Verdict(
        Outcome(outcome),
        None if credit is None else Fraction(credit),
        code,
        message,
        read,
        mathml,
        encoding.evidence_from_json(evidence),
    )


def dumped(detail: Mapping[str, Any]) -> str:
    """What a row keeps as JSON; ASCII only, see `grader.encoding`."""
    return json.dumps(dict(detail), separators=(",", ":"), default=str)
