"""What has changed for a student since the report that was sent last, from the rows of the marks."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from grader.gradebook._records import MarkRow
from grader.gradebook._rows import plain
from grader.types import Change, Mark


def last_sent(connection: sqlite3.Connection, assignment: str, student: str) -> datetime | None:
    """When a report was last sent to a student; None if nobody knows of any."""
    row = connection.execute(
        "SELECT max(at) FROM deliveries WHERE assignment = ? AND student = ? AND state = 'sent'",
        (assignment, plain(student)),
    ).fetchone()
    return None if row is None or row[0] is None else datetime.fromisoformat(row[0])


def since(at: datetime, rows: Sequence[MarkRow], marks: Sequence[Mark]) -> Iterator[Change]:
    """The marks that are others than they were at a time, in their order; `rows` are the oldest first.

    Nothing if there were none yet: then the report of that time was about something else.
    """
    stamp = at.astimezone(UTC).isoformat(timespec="seconds")
    before = {row.part: row for row in rows if row.marked_at <= stamp}
    if not before:
        return
    for mark in marks:
        was = before.get(mark.part)
        if (None if was is None else was.points) != mark.points:
            said = mark.why or mark.verdict.message
            by = f"Marked by {mark.who}. " if mark.who != "machine" else ""
            yield Change(mark.part, None if was is None else was.points, mark.points, f"{by}{said}")
