"""Gradescope's `results.json` of one submission: a test for each part, with its visibility."""

from __future__ import annotations

import json
from typing import Any, Final

from grader.amounts import number
from grader.deliver._order import Export, Order, score
from grader.deliver._said import said
from grader.errors import StaffError
from grader.html import visible
from grader.types import File, Mark, Outcome, Result, Visibility

CALLED: Final = "one submission's results.json, as Gradescope's autograder reads it"
NAME: Final = "results.json"
SHOWS_LATER: Final = True

_SHOWN: Final[dict[Visibility, str]] = {
    "public": "visible",
    "after due": "after_due_date",
    "after published": "after_published",
    "hidden": "hidden",
}


def export(order: Order) -> Export:
    """The results of the one student that was graded.

    Raises:
        StaffError: there are several students, or none.
    """
    if len(order.results) != 1:
        raise StaffError(f"results.json is one student's, and here are {len(order.results)}")
    text = json.dumps(results(order.results[0]), ensure_ascii=False, indent=1)
    return Export((File(NAME, f"{text}\n".encode("utf-8", "backslashreplace")),))


def results(result: Result) -> dict[str, Any]:
    """The object of Gradescope's `results.json`; parts that wait for a person have no score yet."""
    whole = score(result)
    lines = [f"{number(whole.earned)} of {number(whole.decided)} points are decided."]
    if whole.waiting:
        lines.append(f"{number(whole.waiting)} points wait for a person.")
    if any(mark.visible != "public" for mark in result.marks):
        # The total would tell what the hidden parts are worth.
        lines = ["Some parts are not shown yet." if _later(result) else "Some parts are not shown."]
    elif result.settled is not None:
        lines += [step.said for step in result.settled.steps]
    lines += [f"Could not be read: {problem.place}: {problem.message}" for problem in result.problems]
    return {
        "score": float(whole.earned),
        "output": visible("\n".join(lines)),
        "output_format": "text",
        "test_output_format": "text",
        "test_name_format": "text",
        "stdout_visibility": "hidden",
        "tests": [_test(mark) for mark in result.marks],
    }


def _later(result: Result) -> bool:
    return not any(mark.visible == "hidden" for mark in result.marks)


def _test(mark: Mark) -> dict[str, Any]:
    test: dict[str, Any] = {
        "number": visible(mark.part),
        "name": visible(mark.title),
        "output": said(mark),
        "visibility": _SHOWN[mark.visible],
    }
    if mark.points is None:
        test["tags"] = ["waits for a person"]
        return test
    right = mark.points >= mark.max_points and mark.verdict.outcome is not Outcome.MISSING
    worth = {"score": float(mark.points), "max_score": float(mark.max_points)}
    return test | worth | {"status": "passed" if right else "failed"}
