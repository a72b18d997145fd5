"""What a MarkUs autotester prints for one submission: a line of JSON for each part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from grader.deliver._order import Export, Order, taken_off
from grader.deliver._said import said
from grader.errors import StaffError
from grader.html import visible
from grader.types import File, Mark, Result

CALLED: Final = "the lines a custom MarkUs autotest prints for one submission"
NAME: Final = "markus-autotest.jsonl"


def export(order: Order) -> Export:
    """One line per part; parts that wait for a person are named in the overall comment.

    Raises:
        StaffError: there are several students, or none.
    """
    if len(order.results) != 1:
        raise StaffError(f"an autotest is of one student, and here are {len(order.results)}")
    lines = [json.dumps(line, ensure_ascii=False) for line in _lines(order.results[0])]
    return Export((File(NAME, ("\n".join(lines) + "\n").encode("utf-8", "backslashreplace")),))


def _lines(result: Result) -> Iterator[dict[str, Any]]:
    for mark in result.marks:
        if mark.points is not None:
            yield {
                "name": visible(f"{mark.part} {mark.title}"),
                "output": said(mark) if mark.visible == "public" else "",
                "marks_earned": float(mark.points),
                "marks_total": float(mark.max_points),
                "status": _status(mark),
                "time": None,
            }
    if less := taken_off(result):
        said_why = " ".join(step.said for step in result.settled.steps) if result.settled else ""
        extra = {"unit": "points", "mark": float(-less), "description": visible(said_why)}
        yield {"extra_marks": [extra]}
    waiting = [mark.part for mark in result.marks if mark.points is None]
    if waiting:
        yield {"overall_comment": visible(f"These parts wait for a person: {', '.join(waiting)}.")}


def _status(mark: Mark) -> str:
    if mark.points is not None and mark.points >= mark.max_points:
        return "pass"
    return "partial" if mark.points else "fail"
