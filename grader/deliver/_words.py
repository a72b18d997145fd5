"""The words that go with a report: the total, what waits for a person, how to open it."""

from __future__ import annotations

from grader.amounts import counted, number
from grader.deliver._parcels import Parcel
from grader.html import visible
from grader.statistics import score
from grader.types import Result

_MOST_LISTED = 12


def subject(parcel: Parcel) -> str:
    """What the report is: `Homework 2: your report`, or `Homework 2: updated report`."""
    which = "your report" if parcel.edition == 1 else "updated report"
    return f"{title(parcel.result)}: {which}"


def title(result: Result) -> str:
    """What people call the assignment, on one line."""
    return " ".join(visible(result.title or result.assignment).split())


def summary(parcel: Parcel) -> str:
    """The total, and what waits: two or three sentences, one on each line."""
    result = parcel.result
    whole = score(result)
    lines = []
    if parcel.edition > 1:
        lines.append("Something in your report has changed; this one replaces the one you have.")
    if whole.decided:
        so_far = " that are decided so far" if whole.waiting else ""
        lines.append(f"You have {number(whole.earned)} of {counted(whole.decided, 'point')}{so_far}.")
    if whole.waiting:
        parts = [visible(mark.part) for mark in result.marks if mark.points is None]
        listed = ", ".join(parts[:_MOST_LISTED]) + (", …" if len(parts) > _MOST_LISTED else "")
        wait = "waits" if whole.waiting == 1 else "wait"
        lines.append(f"{counted(whole.waiting, 'point')} {wait} for a person to decide (part {listed}).")
    if result.problems:
        lines.append("Something you handed in could not be read; the report says what.")
    return "\n".join(lines)


def attachment_name(result: Result) -> str:
    """What the report is called where it arrives: safe on every system, `homework-2-report.html`."""
    from grader.files import report_name

    return f"{report_name(result.assignment)[: -len('.html')].replace('~', '-')}-report.html"
