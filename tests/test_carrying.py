"""A person's mark survives re-grading; where its evidence changed, the part waits and says what was given."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from test_decisions import NOW, decide, recorded, remembered, result, standing

from grader import files
from grader.gradebook import Attempt, Gradebook, Recording, open_gradebook
from grader.terms import Terms
from grader.types import Checklist, File, Mark, Outcome, Result, Submission, Verdict


@pytest.fixture
def book(tmp_path: Path) -> Iterator[Gradebook]:
    with open_gradebook(tmp_path / "gradebook.sqlite") as opened:
        yield opened


def with_mark(given: Result, **changes: object) -> Result:
    first = replace(given.marks[0], **changes)  # type: ignore[arg-type]
    return replace(given, marks=(first, *given.marks[1:]))


def answered(given: Result, text: str) -> Result:
    answer = given.marks[0].answer
    assert answer is not None
    return with_mark(given, answer=answer._replace(text=text))


def judged(given: Result, points: str) -> Result:
    verdict = Verdict(Outcome.PARTIAL, Fraction(points), "new", "Said anew.")
    return with_mark(given, verdict=verdict, points=Decimal(points))


def test_a_persons_mark_stands_after_the_same_was_graded_again(book: Gradebook) -> None:
    recorded(book, result())
    row = decide(book, "0.5")
    recorded(book, result())
    now = standing(book)
    assert (now.points, now.who, now.why) == (Decimal("0.5"), "tara", "worth 0.5")
    assert now.detail == {"items": [1], "carried": row.id}
    recorded(book, result())
    assert standing(book).points == Decimal("0.5")


@pytest.mark.parametrize("text", ["answer  1", " answer 1\n"])
def test_blanks_are_no_change_of_an_answer(book: Gradebook, text: str) -> None:
    recorded(book, result())
    decide(book, "0.5")
    recorded(book, answered(result(), text))
    assert standing(book).points == Decimal("0.5")


@pytest.mark.parametrize(
    "changed",
    [
        answered(result(), "something else"),
        judged(result(), "0.25"),
        with_mark(result(), answer=None),
        with_mark(
            result(),
            verdict=Verdict(Outcome.UNDECIDED, None, "code", "Said.", evidence=(Checklist(("new item",)),)),
        ),
    ],
    ids=["another answer", "another verdict", "no answer", "other items to look for"],
)
def test_where_the_evidence_changed_the_part_waits_and_says_what_was_given(
    book: Gradebook, changed: Result
) -> None:
    recorded(book, result())
    decide(book, "0.5")
    recorded(book, changed)
    now = standing(book)
    assert now.points is None
    assert now.why.startswith("tara had given 0.5 of 1 points; since then the answer or what is found")
    recorded(book, changed)
    assert standing(book).points is None
    assert standing(book).why == now.why


def test_a_person_is_not_asked_where_the_machine_now_says_the_same(book: Gradebook) -> None:
    recorded(book, result())
    decide(book, "0.5")
    recorded(book, judged(result(), "0.5"))
    assert (standing(book).points, standing(book).who) == (Decimal("0.5"), "machine")


def test_a_mark_comes_back_with_the_evidence_it_was_given_on(book: Gradebook) -> None:
    recorded(book, result())
    decide(book, "0.5")
    recorded(book, answered(result(), "something else"))
    recorded(book, result())
    assert (standing(book).points, standing(book).who) == (Decimal("0.5"), "tara")


def test_a_mark_that_was_taken_back_does_not_come_back(book: Gradebook) -> None:
    recorded(book, result("ada", "1"))
    row = decide(book, "0.5")
    book.undo(row.id, who="tara", now=NOW)
    recorded(book, result("ada", "1"))
    assert (standing(book).points, standing(book).who) == (Decimal(1), "machine")


def test_a_mark_can_be_taken_back_after_it_was_carried_over(book: Gradebook) -> None:
    recorded(book, result())
    row = decide(book, "0.5")
    recorded(book, result())
    book.undo(row.id, who="theo", now=NOW)
    assert standing(book).points is None


def test_a_part_that_is_worth_more_now_keeps_the_share_a_person_gave(book: Gradebook) -> None:
    recorded(book, result())
    decide(book, "0.5")
    recorded(book, with_mark(result(), max_points=Decimal(4)))
    now = standing(book)
    assert (now.points, now.max_points) == (Decimal(2), Decimal(4))
    assert now.detail["rescaled"] == ["0.5", "1"]


def test_an_answer_that_a_remembered_decision_covers_gets_its_mark(book: Gradebook) -> None:
    kept = book.remember(remembered("1/2"), now=NOW)
    assert kept.id is not None
    given = Recording(result("eve"), "files", "rubric", recalled={"1.1": kept.id})
    assert book.record([given], now=NOW) == {"eve"}
    now = standing(book, "eve")
    assert (now.points, now.who) == (Decimal("0.5"), "tara")
    assert now.why == "Half of it. Decided by tara on 2026-03-01 for all answers that say the same."
    assert [row.who for row in book.history("hw", "eve", "1.1")] == ["machine", "tara"]
    book.forget(kept.id, who="tara", why="No.", now=NOW)
    book.record([given], now=NOW)
    assert standing(book, "eve").points is None


# --- attempts --------------------------------------------------------------------------------------


def attempt(book: Gradebook, given: Result, number: int, files_hash: str) -> None:
    book.record([Recording(given, files_hash, "rubric", Attempt(number, files_hash))], now=NOW)


def test_the_last_attempt_counts_and_what_came_again_takes_the_place_of_the_same_number(
    book: Gradebook,
) -> None:
    attempt(book, result("ada", "1"), 2, "b")
    attempt(book, result("ada", "0"), 1, "a")
    assert standing(book).points == Decimal(1)
    attempt(book, result("ada", "0.5"), 2, "c")
    assert standing(book).points == Decimal("0.5")
    attempt(book, result("ada", "1"), 2, "b")
    assert standing(book).points == Decimal(1)


def test_the_best_attempt_counts_where_the_rubric_says_so(book: Gradebook) -> None:
    book.note_rubric("hw", "digest", "parts: {}", Terms(attempts="best"), now=NOW)
    attempt(book, result("ada", "1", "0.5"), 1, "a")
    attempt(book, result("ada", "0.5", "0.5"), 2, "b")
    latest = book.latest("ada", "hw")
    assert latest is not None and latest.settled is not None
    assert latest.settled.earned == Decimal("1.5")
    assert latest.settled.steps[0].said == "Attempt 1 of 2 counts: the best one."


def test_an_attempt_that_may_still_be_the_best_waits_for_a_person_first(book: Gradebook) -> None:
    book.note_rubric("hw", "digest", "parts: {}", Terms(attempts="best"), now=NOW)
    attempt(book, result("ada", None, "0.5"), 1, "a")
    attempt(book, result("ada", "0.5", "0.5"), 2, "b")
    assert standing(book).points is None
    decide(book, "0.25")
    assert standing(book).points == Decimal("0.5")


def test_the_files_of_the_attempt_that_counts_are_kept_as_they_were(book: Gradebook) -> None:
    handed_in = (File("hw.md", b"### 1\n4\n" * 99), File("pic.png", bytes(range(256))))
    submission = Submission("ada", "Ada", handed_in, received=datetime(2026, 3, 1, tzinfo=UTC), attempt=2)
    book.record([Recording(result(), "f", "r", files.attempt_of(submission))], now=NOW)
    assert book.files("hw", "ada") == handed_in
    assert book.files("hw", "bob") == ()


def test_the_same_file_of_many_is_kept_once(book: Gradebook) -> None:
    same = (File("hw.md", b"same" * 1000),)
    for student in ("ada", "bob"):
        kept = files.attempt_of(Submission(student, student, same))
        book.record([Recording(result(student), "f", "r", kept)], now=NOW)
    assert book._connection.execute("SELECT count(*) FROM files").fetchone() == (1,)
    assert book.files("hw", "bob") == same


def test_every_mark_is_of_a_person_or_of_the_machine(book: Gradebook) -> None:
    recorded(book, result())
    decide(book, "0.5")
    recorded(book, answered(result(), "else"))

    def whose(mark: Mark) -> str:
        return mark.who

    assert whose(standing(book)) == "machine"
    assert standing(book).detail["asked"] == "tara"
