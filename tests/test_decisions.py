"""People decide without losing each other's work, take marks back, and leave notes for later."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from grader.errors import MachineError, StaffError
from grader.gradebook import (
    Attempt,
    Conflict,
    Decision,
    Gradebook,
    MarkRow,
    Recording,
    RememberedDecision,
    _people,
    open_gradebook,
)
from grader.types import Answer, Mark, Outcome, Place, Result, Verdict

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=1)


def result(student: str = "ada", *worth: str | None) -> Result:
    """A result with a part `1.1`, `1.2`, ... of one point for each of the points given, None if waiting."""
    marks = []
    for number, points in enumerate(worth or (None, "1"), start=1):
        part = f"1.{number}"
        credit = None if points is None else Fraction(points)
        outcome = Outcome.UNDECIDED if credit is None else Outcome.CORRECT if credit else Outcome.INCORRECT
        verdict = Verdict(outcome, credit, "code", "Said.")
        answer = Answer(part, f"answer {number}", Place("hw.md", line=number))
        worth_it = None if points is None else Decimal(points)
        marks.append(Mark(part, f"Part {number}", worth_it, Decimal(1), verdict, answer))
    return Result(student, student.title(), "hw", "Homework", tuple(marks))


def recorded(book: Gradebook, *results: Result, group: str = "") -> None:
    book.record([Recording(one, "files", "rubric", Attempt(group=group)) for one in results], now=NOW)


def standing(book: Gradebook, student: str = "ada", part: str = "1.1") -> Mark:
    latest = book.latest(student, "hw")
    assert latest is not None
    return next(mark for mark in latest.marks if mark.part == part)


def decision(book: Gradebook, points: str | None, student: str = "ada", part: str = "1.1") -> Decision:
    shown = standing(book, student, part).id
    assert shown is not None
    worth = None if points is None else Decimal(points)
    return Decision("hw", student, part, worth, "tara", f"worth {points}", shown, {"items": [1]})


def decide(book: Gradebook, points: str | None, student: str = "ada", part: str = "1.1") -> MarkRow:
    return book.decide([decision(book, points, student, part)], now=NOW)[0]


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_gradebook(tmp_path / "gradebook.sqlite") as opened:
        yield opened


def test_a_decision_stands_and_what_was_before_stays_in_the_history(book: Gradebook) -> None:
    recorded(book, result())
    row = decide(book, "0.5")
    assert (row.points, row.max_points, row.who) == (Decimal("0.5"), Decimal(1), "tara")
    now = standing(book)
    assert (now.id, now.points, now.who, now.why) == (row.id, Decimal("0.5"), "tara", "worth 0.5")
    assert now.detail == {"items": [1]}
    assert [(one.points, one.who) for one in book.history("hw", "ada", "1.1")] == [
        (None, "machine"),
        (Decimal("0.5"), "tara"),
    ]
    assert len(book.history("hw", "ada")) == 3


def test_the_second_of_two_people_is_told_who_marked_in_between(book: Gradebook) -> None:
    recorded(book, result())
    mine, theirs = decision(book, "0"), decision(book, "1")
    book.decide([replace(theirs, who="theo")], now=NOW)
    with pytest.raises(Conflict, match=r"theo gave ada 1 of 1 for 1\.1 at 2026-03-01 12:00:00 UTC") as caught:
        book.decide([mine], now=NOW)
    assert [one.who for one in caught.value.standing] == ["theo"]
    assert standing(book).who == "theo"


def test_decisions_are_kept_all_or_none(book: Gradebook) -> None:
    recorded(book, result("ada"), result("bob"))
    stale = replace(decision(book, "1", "bob"), expects=1)
    with pytest.raises(Conflict):
        book.decide([decision(book, "1", "ada"), stale], now=NOW, remember=[remembered()])
    assert standing(book, "ada").points is None
    assert book.remembered("hw") == ()


def test_a_mark_that_was_graded_again_since_is_a_conflict(book: Gradebook) -> None:
    recorded(book, result())
    old = decision(book, "1")
    recorded(book, result("ada", "0.5", "1"))
    with pytest.raises(Conflict, match=r"machine gave ada 0\.5 of 1"):
        book.decide([old], now=NOW)


@pytest.mark.parametrize("points", ["-0.5", "1.01", "nan", "sNaN", "inf"])
def test_points_that_a_part_does_not_give_are_refused(book: Gradebook, points: str) -> None:
    recorded(book, result())
    with pytest.raises(StaffError, match="the part gives 0 to 1"):
        decide(book, points)


def test_two_decisions_on_one_part_at_once_are_refused(book: Gradebook) -> None:
    recorded(book, result())
    with pytest.raises(StaffError, match="two decisions"):
        book.decide([decision(book, "1"), decision(book, "0")], now=NOW)


def test_a_part_nobody_has_is_refused(book: Gradebook) -> None:
    recorded(book, result())
    with pytest.raises(StaffError, match="there is no part '9'"):
        book.decide([replace(decision(book, "1"), part="9")], now=NOW)


def test_undo_restores_what_stood_before_and_undo_of_undo_restores_the_mark(book: Gradebook) -> None:
    recorded(book, result("ada", "1"))
    row = decide(book, "0.5")
    back = book.undo(row.id, who="theo", now=LATER)
    assert (back.points, back.who, back.detail["undoes"]) == (Decimal(1), "theo", row.id)
    assert (standing(book).points, standing(book).who, standing(book).why) == (Decimal(1), "machine", "")
    again = book.undo(back.id, who="tara", now=LATER)
    assert again.points == Decimal("0.5")
    assert (standing(book).who, standing(book).why) == ("tara", "worth 0.5")
    assert standing(book).detail["items"] == [1]
    assert len(book.history("hw", "ada")) == 4


def test_several_marks_can_be_taken_back_one_after_the_other(book: Gradebook) -> None:
    recorded(book, result("ada", "1"))
    first, second = decide(book, "0.5"), decide(book, "0.25")
    book.undo(second.id, who="tara", now=LATER)
    assert standing(book).points == Decimal("0.5")
    book.undo(first.id, who="tara", now=LATER)
    assert standing(book).points == Decimal(1)


def test_an_older_mark_cannot_be_taken_back_over_a_newer_one(book: Gradebook) -> None:
    recorded(book, result())
    first = decide(book, "0.5")
    decide(book, "0.25")
    with pytest.raises(Conflict, match=r"tara gave ada 0\.25 of 1"):
        book.undo(first.id, who="tara", now=LATER)


def test_the_machines_first_mark_cannot_be_taken_back(book: Gradebook) -> None:
    recorded(book, result())
    first = standing(book).id
    assert first is not None
    with pytest.raises(StaffError, match="not given by a person"):
        book.undo(first, who="tara", now=LATER)
    with pytest.raises(StaffError, match="there is no mark 99"):
        book.undo(99, who="tara", now=LATER)


def test_several_marks_are_taken_back_at_once_and_what_stays_is_told(book: Gradebook) -> None:
    recorded(book, result("ada"), result("bob"), result("cid"))
    rows = book.decide([decision(book, "0.5", student) for student in ("ada", "bob", "cid")], now=NOW)
    since = book.decide([decision(book, "0.25", "bob")], now=LATER)[0]
    undone = book.undo_all([*(row.id for row in rows), 99], who="theo", now=LATER)
    assert undone.taken == (rows[0].id, rows[2].id)
    assert [(row.student, row.id) for row in undone.since] == [("bob", since.id)]
    assert undone.refused == ("there is no mark 99",)
    assert [standing(book, student).points for student in ("ada", "bob", "cid")] == [
        None,
        Decimal("0.25"),
        None,
    ]


def test_marks_are_taken_back_all_or_none_where_the_file_fails(
    book: Gradebook, monkeypatch: pytest.MonkeyPatch
) -> None:
    recorded(book, result("ada"), result("bob"))
    rows = book.decide([decision(book, "0.5", student) for student in ("ada", "bob")], now=NOW)
    add, calls = _people.add, []

    def full_at_the_second(*given: Any) -> MarkRow:
        calls.append(given)
        if len(calls) == 2:
            raise sqlite3.OperationalError("database or disk is full")
        return add(*given)

    monkeypatch.setattr(_people, "add", full_at_the_second)
    with pytest.raises(MachineError, match="full"):
        book.undo_all([row.id for row in rows], who="theo", now=LATER)
    assert [standing(book, student).points for student in ("ada", "bob")] == [Decimal("0.5"), Decimal("0.5")]


def test_a_group_shares_a_decision_and_its_undo(book: Gradebook) -> None:
    recorded(book, result("ada"), result("bob"), group="reds")
    recorded(book, result("cid"), group="blues")
    rows = book.decide([decision(book, "0.5")], now=NOW)
    assert [row.student for row in rows] == ["ada", "bob"]
    assert standing(book, "bob").points == Decimal("0.5")
    assert standing(book, "cid").points is None
    book.undo(rows[0].id, who="tara", now=LATER)
    assert standing(book, "ada").points is None
    assert standing(book, "bob").points is None


def test_a_member_who_was_given_another_mark_than_the_group_keeps_it(book: Gradebook) -> None:
    recorded(book, result("ada"), result("bob"), result("cid"), group="reds")
    given = [decision(book, points, student) for student, points in (("ada", "0.5"), ("bob", "0"))]
    book.decide(given, now=NOW)
    assert standing(book, "cid").points == Decimal("0.5")
    decide(book, "1", "ada")
    assert [standing(book, student).points for student in ("ada", "bob", "cid")] == [1, 0, 1]


def test_members_who_handed_in_other_files_do_not_share_a_mark(book: Gradebook) -> None:
    for student, files_hash in (("ada", "a"), ("bob", "b"), ("cid", "a")):
        attempt = Attempt(files_hash=files_hash, group="reds")
        book.record([Recording(result(student), files_hash, "rubric", attempt)], now=NOW)
    rows = book.decide([decision(book, "0.5", "ada")], now=NOW)
    assert [row.student for row in rows] == ["ada", "cid"]


def remembered(credit: str = "1/2") -> RememberedDecision:
    return RememberedDecision("hw", "1.1", "x + 1", "latex", Fraction(credit), "Half of it.", "tara")


def test_a_remembered_decision_applies_until_it_is_forgotten(book: Gradebook) -> None:
    kept = book.remember(remembered(), now=NOW)
    assert kept.id is not None
    assert book.remembered("hw") == (kept,)
    assert book.remembered("other") == ()
    book.forget(kept.id, who="tara", why="No.", now=LATER)
    assert book.remembered("hw") == ()


def test_a_credit_that_is_no_share_cannot_be_remembered(book: Gradebook) -> None:
    with pytest.raises(StaffError, match="a share from 0 to 1"):
        book.remember(remembered("3/2"), now=NOW)


def test_a_decision_is_forgotten_with_the_last_of_its_marks_and_remembered_again_with_it(
    book: Gradebook,
) -> None:
    recorded(book, result("ada"), result("bob"))
    rows = book.decide(
        [decision(book, "0.5", student) for student in ("ada", "bob")], now=NOW, remember=[remembered()]
    )
    [kept] = book.remembered("hw")
    assert [row.detail["remembered"] for row in rows] == [kept.id, kept.id]
    book.undo(rows[0].id, who="tara", now=LATER)
    assert book.remembered("hw") == (kept,)
    back = book.undo(rows[1].id, who="tara", now=LATER)
    assert book.remembered("hw") == ()
    book.undo(back.id, who="tara", now=LATER)
    assert book.remembered("hw") == (kept,)


def test_comments_are_kept_once_and_the_most_used_comes_first(book: Gradebook) -> None:
    recorded(book, result("ada"), result("bob"))
    first = book.comment("hw", "1.1", "Mind the sign.", who="tara", now=NOW)
    second = book.comment("hw", "", "Well done.", who="theo", now=NOW)
    third = book.comment("hw", "1.2", "Why?", who="theo", now=NOW)
    assert book.comment("hw", "1.1", "Mind the sign.", who="theo", now=LATER) == first
    book.decide([replace(decision(book, "1"), detail={"comments": [second.id]})], now=NOW)
    assert [(one.text, one.uses) for one in book.comments("hw", "1.1")] == [
        ("Well done.", 1),
        ("Mind the sign.", 0),
    ]
    assert third in book.comments("hw")


def test_a_flag_is_up_until_it_is_taken_down(book: Gradebook) -> None:
    recorded(book, result())
    book.flag("hw", "ada", "1.1", who="tara", why="Is this a proof?", now=NOW)
    [flag] = book.flags("hw")
    assert (flag.student, flag.part, flag.who, flag.why) == ("ada", "1.1", "tara", "Is this a proof?")
    book.flag("hw", "ada", "1.1", who="theo", why="It is.", now=LATER, up=False)
    assert book.flags("hw") == ()


def test_of_many_who_mark_the_same_at_once_exactly_one_wins(book: Gradebook) -> None:
    recorded(book, result())
    given = decision(book, "1")
    won: list[str] = []
    lost: list[str] = []

    def mark(who: str) -> None:
        with open_gradebook(book.path) as own:
            try:
                own.decide([replace(given, who=who)], now=NOW)
                won.append(who)
            except Conflict:
                lost.append(who)

    people = [threading.Thread(target=mark, args=(f"person {number}",)) for number in range(6)]
    for person in people:
        person.start()
    for person in people:
        person.join()
    assert len(won) == 1 and len(lost) == 5
    assert [row.who for row in book.history("hw", "ada", "1.1")] == ["machine", *won]
