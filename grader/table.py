"""The marks as a CSV table that spreadsheets open without running anything in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from decimal import Decimal
from typing import Final

from grader.types import Result

COLUMNS: Final = (
    "student",
    "assignment",
    "part",
    "outcome",
    "points",
    "max_points",
    "code",
    "message",
    "read",
    "place",
    "isolation",
)

# What the start of a risky cell may be: all others need no second look.
_FIRST: Final = frozenset("=+-@ ")


def marks_csv(results: Iterable[Result]) -> str:
    """One row per student and part; `points` is empty while a person is waited for.

    `isolation` is empty unless the student's code was run where not everything it might do is stopped.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for result in results:
        for mark in result.marks:
            verdict, answer = mark.verdict, mark.answer
            texts = (verdict.code, verdict.message, verdict.read, "" if answer is None else str(answer.place))
            writer.writerow(
                (
                    cell(result.student),
                    cell(result.assignment),
                    cell(mark.part),
                    str(verdict.outcome),
                    number(mark.points),
                    number(mark.max_points),
                    *map(cell, (*texts, result.isolation)),
                )
            )
    return out.getvalue()


def cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula: an apostrophe stands before `=`, `+`, `-`, `@`.

    >>> cell("=HYPERLINK(1)"), cell("x - y")
    ("'=HYPERLINK(1)", 'x - y')
    """
    if text.isascii() and text.isprintable() and text[:1] not in _FIRST:
        return text
    # A null character would end the file for some readers, half a surrogate pair cannot be encoded.
    text = text.replace("\0", "�").encode("utf-8", "backslashreplace").decode("utf-8")
    # Blanks are skipped by some programs before they look for the sign.
    risky = text.lstrip(" ").startswith(("=", "+", "-", "@")) or text.startswith(("\t", "\r", "\n"))
    # The csv module leaves a lone carriage return unquoted, and readers then see two rows.
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return f"'{text}" if risky else text


def number(points: Decimal | None) -> str:
    """Points without an exponent, empty when there are none yet.

    >>> number(Decimal("0.35")), number(Decimal("1E+1")), number(None)
    ('0.35', '10', '')
    """
    return "" if points is None else format(points, "f")
