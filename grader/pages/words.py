"""What outcomes and pieces of evidence are called, wherever they are shown."""

from __future__ import annotations

from typing import Final

from grader.types import Outcome

LABELS: Final = {
    Outcome.CORRECT: "Correct",
    Outcome.PARTIAL: "Partly correct",
    Outcome.INCORRECT: "Not correct",
    Outcome.MISSING: "No answer found",
    Outcome.UNREADABLE: "Could not be read",
    Outcome.UNDECIDED: "Waiting for a person",
}
NOTES: Final = {
    "convention": "Convention used",
    "proof": "How it was decided",
    "remark": "Remark",
    "hint": "Hint",
    "advice": "For the staff",
}
