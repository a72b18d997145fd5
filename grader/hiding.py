"""What a student may see of a result: parts that are hidden or not yet shown, and notes for the staff.

Pages for students are made from what `covered` leaves, so that no mistake in a page can show the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from grader.terms import Terms
from grader.types import Mark, Note, Result, Verdict, Visibility

NEVER: Final = datetime.min.replace(tzinfo=UTC)
HIDDEN: Final = "How this part was checked is not shown to students. Ask the course staff about it."
_LATER: Final[Mapping[str, str]] = {
    "after due": "How this part went is shown after the due date.",
    "after published": "How this part went is shown when the marks are published.",
}


def openings(rules: Terms) -> Mapping[Visibility, datetime]:
    """When parts that are not shown at once are shown; those whose time nobody has set are not in it.

    What is shown after the due date waits for the longest extension.
    """
    found: dict[Visibility, datetime] = {}
    if rules.due is not None:
        longest = max((one.extra_s for one in rules.extensions.values()), default=0)
        found["after due"] = rules.due + timedelta(seconds=longest)
    if rules.publish is not None:
        found["after published"] = rules.publish
    return found


def opened(result: Result, rules: Terms, now: datetime) -> Result:
    """The result with the parts shown whose time has come; it knows when the others follow."""
    if all(mark.visible == "public" for mark in result.marks):
        return result
    times = openings(rules)
    marks = tuple(
        replace(mark, visible="public") if (at := times.get(mark.visible)) and at <= now else mark
        for mark in result.marks
    )
    return replace(result, marks=marks, opens={name: at for name, at in times.items() if at > now})


def last_opening(result: Result, rules: Terms, now: datetime) -> datetime | None:
    """When some part of this result was last opened; None if there is none, or not yet."""
    words = {mark.visible for mark in result.marks}
    return max((at for word, at in openings(rules).items() if word in words and at <= now), default=None)


def covered(result: Result) -> Result:
    """The result without what is not for the student: of a hidden part only its points are left."""
    closed = {mark.part for mark in result.marks if mark.visible != "public"}
    return replace(
        result,
        marks=tuple(_covered(mark, result.opens) for mark in result.marks),
        changes=tuple(
            change._replace(said="") if change.part in closed else change for change in result.changes
        ),
    )


def _covered(mark: Mark, opens: Mapping[Visibility, datetime]) -> Mark:
    verdict = mark.verdict
    if mark.visible != "public":
        said = _sentence(mark.visible, opens.get(mark.visible))
        return replace(mark, verdict=Verdict(verdict.outcome, verdict.credit, "", said), why="", detail={})
    kept = tuple(
        piece for piece in verdict.evidence if not (isinstance(piece, Note) and piece.kind == "advice")
    )
    return replace(mark, verdict=replace(verdict, code="", evidence=kept), detail={})


def _sentence(word: Visibility, at: datetime | None) -> str:
    if at is not None:
        return f"How this part went is shown after {moment(at)}."
    return _LATER.get(word, HIDDEN)


def moment(at: datetime) -> str:
    """A time as people write it: `31 January 2027, 18:00 (UTC-05:00)`."""
    zone = f" ({at.tzname()})" if at.tzinfo else ""
    return f"{at.day} {at:%B %Y, %H:%M}{zone}"
