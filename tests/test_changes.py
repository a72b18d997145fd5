"""What has changed since the last report: told once one was given out, from the rows of the gradebook."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from classes import graded
from test_report import Outline

from grader.gradebook import Decision, open_gradebook
from grader.pages.report import student_page
from grader.pipeline import GRADEBOOK
from grader.terms import Terms
from grader.types import Change


def decide(out: Path, points: str | None, why: str = "Read again.") -> None:
    with open_gradebook(out / GRADEBOOK) as book:
        [one] = book.results("hw2")
        first = one.marks[0]
        assert first.id is not None
        given = None if points is None else Decimal(points)
        decision = Decision("hw2", "ana", first.part, given, "Reyes", why, first.id)
        book.decide([decision], now=datetime.now(UTC) + timedelta(days=2))


def changes(out: Path, since: datetime | None = None) -> tuple[Change, ...]:
    with open_gradebook(out / GRADEBOOK) as book:
        found = book.latest("ana", "hw2", since=since)
    assert found is not None
    return found.changes


def sent(out: Path, at: datetime) -> None:
    with sqlite3.connect(out / GRADEBOOK) as raw:
        raw.execute(
            "INSERT INTO deliveries (target, assignment, student, address, edition, digest, marker, state,"
            " at, detail) VALUES ('email', 'hw2', 'ana', 'a@example.edu', 1, '', '', 'sent', ?, '')",
            (at.isoformat(timespec="milliseconds"),),
        )


def test_nothing_is_told_before_a_report_was_given_out(tmp_path: Path) -> None:
    out = graded(tmp_path / "out", ["ana"])
    decide(out, "0.5")
    assert changes(out) == ()
    assert changes(out, datetime.now(UTC) - timedelta(days=9)) == ()


def test_a_mark_that_moved_after_a_report_was_sent_is_told_with_its_reason(tmp_path: Path) -> None:
    out = graded(tmp_path / "out", ["ana"])
    sent(out, datetime.now(UTC) + timedelta(days=1))
    assert changes(out) == ()
    decide(out, "0.5")
    [change] = changes(out)
    assert change[1:] == (Decimal("0.25"), Decimal("0.5"), "Marked by Reyes. Read again.")
    with open_gradebook(out / GRADEBOOK) as book:
        found = book.latest("ana", "hw2")
        assert found is not None
        text = Outline(student_page(found)).text
    assert "What has changed since your last report" in text
    assert "0.25 → , now 0.5 of" in text
    assert "Marked by Reyes. Read again." in text


def test_a_mark_that_waits_again_says_so(tmp_path: Path) -> None:
    out = graded(tmp_path / "out", ["ana"])
    decide(out, None, "Look twice.")
    [change] = changes(out, datetime.now(UTC) + timedelta(days=1))
    assert change[1:3] == (Decimal("0.25"), None)


def test_the_time_of_publication_stands_for_a_report(tmp_path: Path) -> None:
    out = graded(tmp_path / "out", ["ana"])
    with open_gradebook(out / GRADEBOOK) as book:
        book.note_rubric("hw2", "r1", "", Terms(publish=datetime.now(UTC) + timedelta(days=1)))
    decide(out, "0.5")
    assert len(changes(out)) == 1
