"""Marks never guess: what cannot be judged waits for a person, and points are exact."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader import checks, marking
from grader.errors import StudentError
from grader.marking import Person, points
from grader.maths.names import NONE
from grader.rubric import Contradicted, Part, Rubric
from grader.types import Answer, Checklist, Mark, Note, Outcome, Place, Problem, Verdict

BROKEN = Problem(Place("hw2.ipynb"), "This is not a notebook.")


def part(identity: str = "3.1", worth: str = "0.5", contradicted: Contradicted | None = None) -> Part:
    return cast(
        Part,
        SimpleNamespace(
            id=identity,
            title="Sum",
            points=Decimal(worth),
            check="probe",
            follows={},
            visible="public",
            reads="value",
            symbols=NONE,
            contradicted=contradicted,
        ),
    )


def answer(text: str, line: int = 1) -> Answer:
    return Answer("3.1", text, Place("answers.yaml", line=line))


def verdict(credit: str | None) -> Verdict:
    if credit is None:
        return Verdict(Outcome.UNDECIDED, None, "person", "A person decides.")
    share = Fraction(credit)
    outcome = {0: Outcome.INCORRECT, 1: Outcome.CORRECT}.get(int(share) if share in (0, 1) else 2)
    return Verdict(outcome or Outcome.PARTIAL, share, "probe", f"worth {credit}")


@pytest.fixture
def judged(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Mark]:
    """Marks answers whose text is the credit they get; other words raise."""

    def judge(_: object, given: Answer) -> Verdict:
        if given.text == "unreadable":
            raise StudentError("unknown name 'q'; did you mean 'eta'?", code="unknown-name")
        if given.text == "crash":
            raise ZeroDivisionError("of ours")
        return verdict(None if given.text == "person" else given.text)

    monkeypatch.setattr(checks, "load", lambda _: SimpleNamespace(judge=judge))

    def mark(
        *texts: str,
        worth: str = "0.5",
        unread: tuple[Problem, ...] = (),
        contradicted: Contradicted | None = None,
    ) -> Mark:
        answers = tuple(answer(text, line) for line, text in enumerate(texts, 1))
        return marking.judge(part(worth=worth, contradicted=contradicted), object(), answers, unread=unread)

    return mark


def test_no_answer_is_missing_and_gets_no_points(judged: Callable[..., Mark]) -> None:
    mark = judged()
    assert (mark.verdict.outcome, mark.points, mark.answer) == (Outcome.MISSING, Decimal(0), None)


RULE = Contradicted.model_validate({"credit": Fraction("0.8"), "say": "An earlier line contradicts it."})


def test_a_right_last_line_behind_another_is_worth_what_the_rubric_says(judged: Callable[..., Mark]) -> None:
    mark = judged("0", "1", worth="1", contradicted=RULE)
    assert (mark.points, mark.verdict.code) == (Decimal("0.8"), "contradicted")
    assert mark.answer is not None
    assert mark.answer.place.line == 2
    assert isinstance(mark.verdict.evidence[0], Checklist)
    assert judged("0", "1").verdict.code == "two-answers"


@pytest.mark.parametrize("texts", [("1", "0"), ("person", "1"), ("unreadable", "1"), ("1", "0", "1")])
def test_a_person_decides_where_not_only_the_last_line_is_right(
    judged: Callable[..., Mark], texts: tuple[str, ...]
) -> None:
    mark = judged(*texts, contradicted=RULE)
    assert (mark.points, mark.verdict.code) == (None, "two-answers")


def test_no_answer_waits_for_a_person_when_a_file_could_not_be_read(judged: Callable[..., Mark]) -> None:
    mark = judged(unread=(BROKEN,))
    assert (mark.verdict.outcome, mark.points) == (Outcome.UNREADABLE, None)
    assert "hw2.ipynb" in mark.verdict.message


def test_an_answer_that_was_found_counts_although_another_file_is_broken(judged: Callable[..., Mark]) -> None:
    assert judged("1", unread=(BROKEN,)).points == Decimal("0.5")


def test_an_unreadable_answer_waits_for_a_person_and_says_why(judged: Callable[..., Mark]) -> None:
    mark = judged("unreadable")
    assert (mark.verdict.outcome, mark.points) == (Outcome.UNREADABLE, None)
    assert mark.verdict.code == "unknown-name"
    assert "did you mean 'eta'?" in mark.verdict.message


def test_a_fault_of_the_grader_costs_nobody_a_mark(judged: Callable[..., Mark]) -> None:
    mark = judged("crash")
    assert (mark.verdict.outcome, mark.points) == (Outcome.UNDECIDED, None)
    assert mark.verdict.code == "machine-failed"
    assert "ZeroDivisionError" in mark.verdict.message


def test_answers_worth_the_same_count_as_the_first(judged: Callable[..., Mark]) -> None:
    mark = judged("1", "1")
    assert mark.points == Decimal("0.5")
    assert mark.answer == answer("1", line=1)


@pytest.mark.parametrize(
    "texts", [("1", "0"), ("0", "1"), ("1", "unreadable"), ("1", "crash"), ("1", "person")]
)
def test_answers_not_worth_the_same_wait_for_a_person(
    judged: Callable[..., Mark], texts: tuple[str, ...]
) -> None:
    mark = judged(*texts)
    assert (mark.verdict.outcome, mark.points) == (Outcome.UNDECIDED, None)
    assert mark.verdict.code == "two-answers"
    [listed] = mark.verdict.evidence
    assert isinstance(listed, Checklist)
    assert [item.partition(": ")[0] for item in listed.items] == [
        "answers.yaml, line 1",
        "answers.yaml, line 2",
    ]


@pytest.mark.parametrize(
    ("worth", "credit", "expected"),
    [
        ("0.5", "7/10", "0.35"),
        ("0.4", "23/25", "0.368"),
        ("1", "1", "1"),
        ("0.30", "1", "0.3"),
        ("0.3", "0", "0"),
        ("1", "1/1024", "0.0009765625"),
        ("0", "1/3", "0"),
    ],
)
def test_points_are_exact(judged: Callable[..., Mark], worth: str, credit: str, expected: str) -> None:
    mark = judged(credit, worth=worth)
    assert str(mark.points) == expected
    assert mark.verdict.evidence == ()


@pytest.mark.parametrize(
    ("worth", "credit", "expected"),
    [("1", "1/3", "0.3333"), ("1", "2/3", "0.6667"), ("0.4", "1/7", "0.0571"), ("0.00005", "1/3", "0.0000")],
)
def test_points_that_have_no_last_digit_are_rounded_once_and_say_so(
    judged: Callable[..., Mark], worth: str, credit: str, expected: str
) -> None:
    mark = judged(credit, worth=worth)
    assert str(mark.points) == expected
    [note] = mark.verdict.evidence
    assert isinstance(note, Note)
    assert "rounded half up" in note.text


@given(st.decimals(0, 100, places=3), st.fractions(0, 1, max_denominator=10**6))
def test_points_are_never_further_off_than_half_the_last_place(worth: Decimal, credit: Fraction) -> None:
    value, exact = points(worth, credit)
    off = abs(Fraction(value) - Fraction(worth) * credit)
    assert off == 0 if exact else off <= Fraction(1, 20_000)


@pytest.mark.usefixtures("judged")
def test_a_result_has_the_parts_in_the_order_of_the_rubric() -> None:
    rubric: Any = SimpleNamespace(
        assignment="hw",
        title="Homework",
        sections={"3": "Sums"},
        parts=(part("3.2"), part("3.1")),
        conventions=(),
    )
    result = marking.result(
        cast(Rubric, rubric),
        {"3.1": object(), "3.2": object()},
        {"3.1": (answer("1"),)},
        Person("ada", "Ada", late=True),
        problems=(BROKEN,),
    )
    assert [(mark.part, mark.points) for mark in result.marks] == [
        ("3.2", Decimal(0)),
        ("3.1", Decimal("0.5")),
    ]
    assert (result.name, result.late, result.problems, result.headings) == (
        "Ada",
        True,
        (BROKEN,),
        {"3": "Sums"},
    )
