"""MarkUs' annotations: one JSON file for each student, as its `add_annotations` takes them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from grader.deliver._order import Export, Order, people, ready
from grader.deliver._said import said
from grader.files import report_name
from grader.types import File, Result

CALLED: Final = "annotations for MarkUs' groups/<id>/add_annotations, one JSON file for each"
NAME: Final = "markus-annotations.zip"


def export(order: Order) -> Export:
    """A remark at every answer that lost points and whose line is known; cells of notebooks have none."""
    out = ready(order)
    seats, unknown = people(out.results, order.roster)
    files = []
    for seat in sorted(seats, key=lambda seat: seat.result.student):
        found = list(_annotations(seat.result))
        if found:
            group = seat.person.group or seat.person.login or seat.person.student
            text = json.dumps({"annotations": found, "force_complete": False}, ensure_ascii=False, indent=1)
            name = f"{report_name(group)[: -len('.html')]}.json"
            files.append(File(name, f"{text}\n".encode("utf-8", "backslashreplace")))
    one_each = {file.path: file for file in reversed(files)}
    return Export(tuple(reversed(one_each.values())), (*out.remarks, *unknown))


def _annotations(result: Result) -> Iterator[dict[str, Any]]:
    for mark in result.marks:
        answer = mark.answer
        if mark.visible != "public" or answer is None or mark.points is None:
            continue
        place = answer.place
        if place.line is None or place.cell is not None or mark.points >= mark.max_points:
            continue
        lines = answer.text.splitlines() or [""]
        yield {
            "filename": place.file,
            "annotation_category_name": f"Part {mark.part}",
            "content": f"{mark.part} {mark.title}: {said(mark)}",
            "line_start": place.line,
            "line_end": place.line + len(lines) - 1,
            "column_start": 0,
            "column_end": max(1, len(lines[-1])),
        }
