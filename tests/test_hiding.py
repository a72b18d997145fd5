"""What is not for a student is in no page of theirs; what is to be shown later is shown from then on."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pages import mark
from test_report import Outline

from grader.gradebook import MarkRow, open_gradebook
from grader.hiding import covered, last_opening, opened
from grader.pages.report import student_page
from grader.pages.staff import BANNER, StaffSheet, staff_page
from grader.pipeline import GRADEBOOK, grade
from grader.reporting import write
from grader.terms import Extension, Terms, from_json, to_json
from grader.types import Change, Mark, Note, Outcome, Result, Visibility

EXAMPLES = Path(__file__).parents[1] / "submissions_example"
DUE = datetime(2027, 1, 31, 18, tzinfo=UTC)
RULES = Terms(due=DUE, publish=DUE + timedelta(days=7))
ADVICE = Note("advice", "the secret advice")


def secret(visible: Visibility = "public") -> Mark:
    found = mark(
        "1.1",
        "One",
        "0",
        "1",
        Outcome.INCORRECT,
        "the secret message",
        read="secret reading",
        code="secret-code",
        evidence=(Note("proof", "the secret proof"), ADVICE),
        who="Reyes",
        why="the secret reason",
    )
    return replace(found, visible=visible, detail={"ticked": "the secret item"})


def result(*marks: Mark) -> Result:
    return Result("ana", "Ana", "hw", "Homework", marks)


def test_advice_and_codes_are_for_the_staff_alone() -> None:
    page = student_page(result(secret()))
    assert "the secret proof" in page
    assert "the secret advice" not in page
    assert "secret-code" not in page
    assert "secret" in repr(covered(result(secret())))
    for said in ("advice", "code", "item"):
        assert f"secret {said}" not in repr(covered(result(secret())))


@pytest.mark.parametrize("word", ["hidden", "after due", "after published"])
def test_of_a_closed_part_nothing_but_the_points_is_left_to_make_a_page_from(word: Visibility) -> None:
    given = replace(
        result(secret(word)), changes=(Change("1.1", None, secret().points, "the secret change"),)
    )
    assert "secret" not in repr(covered(given))
    assert "secret" not in student_page(given)


@pytest.mark.parametrize(
    ("word", "days", "shown"),
    [
        ("after due", -1, False),
        ("after due", 0, True),
        ("after published", 6, False),
        ("after published", 7, True),
        ("hidden", 365, False),
        ("public", -365, True),
    ],
)
def test_a_part_is_shown_from_its_time_on(word: Visibility, days: int, shown: bool) -> None:
    page = student_page(opened(result(secret(word)), RULES, DUE + timedelta(days=days)))
    assert ("the secret proof" in page) is shown


def test_a_page_says_when_a_part_will_be_shown() -> None:
    before = DUE - timedelta(days=1)
    words = {
        "after due": "shown after 31 January 2027, 18:00 (UTC)",
        "after published": "shown after 7 February 2027, 18:00 (UTC)",
    }
    for word, said in words.items():
        assert said in student_page(opened(result(secret(word)), RULES, before))  # type: ignore[arg-type]
    assert "when the marks are published" in student_page(
        opened(result(secret("after published")), Terms(), before)
    )


def test_the_due_date_is_that_of_the_longest_extension() -> None:
    late = replace(RULES, extensions={"bo": Extension(extra_s=2 * 86400)})
    seen = opened(result(secret("after due")), late, DUE + timedelta(days=1))
    assert seen.marks[0].visible == "after due"
    assert last_opening(seen, late, DUE + timedelta(days=3)) == DUE + timedelta(days=2)
    assert last_opening(seen, late, DUE) is None


def test_the_time_of_publication_is_kept_and_is_no_rule_for_totals() -> None:
    assert from_json(to_json(RULES)).publish == RULES.publish
    assert "publish" not in to_json(replace(RULES, publish=None))


def test_the_staff_sees_all_of_it_and_every_row() -> None:
    row = MarkRow(
        1,
        1,
        "ana",
        "hw",
        "1.1",
        secret().points,
        secret().max_points,
        "Reyes",
        "a $x^2$",
        "2027-02-01T10:00:00+00:00",
        {},
    )
    page = staff_page(StaffSheet(result(secret("hidden")), (row,)))
    text = Outline(page).text
    for said in ("message", "reading", "proof", "advice", "reason"):
        assert f"secret {said}" in text
    assert "secret-code" in text
    assert BANNER in text
    assert "2027-02-01 10:00 Reyes 0 / 1 Marked by Reyes. a" in text


@pytest.mark.parametrize("name", ["csc413-2021-hw2", "eecs182-sp25-hw0"])
def test_no_page_of_an_example_class_says_what_is_for_the_staff(name: str, tmp_path: Path) -> None:
    grade(EXAMPLES / name, tmp_path, jobs=1)
    with open_gradebook(tmp_path / GRADEBOOK) as book:
        [written] = write(book, tmp_path, now=datetime(2026, 3, 1, tzinfo=UTC))
        assert written.failed == ()
        results = list(book.results(book.assignments()[0]))
    advice = [
        piece.text
        for one in results
        for given in one.marks
        for piece in given.verdict.evidence
        if isinstance(piece, Note) and piece.kind == "advice"
    ]
    for report in written.reports:
        text = Outline(report.read_text()).text
        assert BANNER not in text
        assert "In the gradebook" not in text
        assert not [said for said in advice if " ".join(said.split()) in text]
        staff = (tmp_path / "staff" / report.name).read_text()
        assert "In the gradebook" in staff
    assert 'href="./staff/' in (tmp_path / "index.html").read_text()
