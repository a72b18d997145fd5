"""The marks as CSV: every row, exact numbers, and no cell a spreadsheet would run."""

from __future__ import annotations

import csv
import io
from decimal import Decimal
from fractions import Fraction

import pytest

from grader import table
from grader.types import Answer, Mark, Outcome, Place, Result, Verdict


def result(student: str = "ada", message: str = "Correct.", read: str = "n + 1") -> Result:
    right = Verdict(Outcome.CORRECT, Fraction(1), "correct", message, read=read)
    waits = Verdict(Outcome.UNDECIDED, None, "person", "A person decides.")
    answer = Answer("1.1", "n+1", Place("hw.ipynb", cell=2, line=1))
    return Result(
        student,
        "Ada",
        "hw2",
        "Homework 2",
        (
            Mark("1.1", "Sum", Decimal("0.35"), Decimal("0.50"), right, answer),
            Mark("1.2", "Proof", None, Decimal("1E+1"), waits, None),
        ),
    )


def rows(*results: Result) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(table.marks_csv(results))))


def test_the_columns_are_those_that_were_promised() -> None:
    assert table.marks_csv([]).strip().split(",") == [
        "student",
        "assignment",
        "part",
        "outcome",
        "points",
        "max_points",
        "code",
        "message",
        "read",
        "place",
        "isolation",
    ]


def test_a_row_says_what_was_found_and_where() -> None:
    assert rows(result())[0] == {
        "student": "ada",
        "assignment": "hw2",
        "part": "1.1",
        "outcome": "correct",
        "points": "0.35",
        "max_points": "0.50",
        "code": "correct",
        "message": "Correct.",
        "read": "n + 1",
        "place": "hw.ipynb, cell 2, line 1",
        "isolation": "",
    }


def test_points_are_empty_while_a_person_is_waited_for() -> None:
    waiting = rows(result())[1]
    assert (waiting["points"], waiting["max_points"], waiting["place"]) == ("", "10", "")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1+1", "\n=1+1", "  =1+1", '=HYPERLINK("http://x")'],
)
def test_no_cell_begins_like_a_formula(text: str) -> None:
    row = rows(result(student=text, message=text, read=text))[0]
    assert [row[column] for column in ("student", "message", "read")] == [f"'{text}"] * 3


def test_a_carriage_return_neither_starts_a_formula_nor_a_row() -> None:
    got = rows(result(student="\r=1+1", message="one\rtwo\r\nthree"))
    assert len(got) == 2
    assert (got[0]["student"], got[0]["message"]) == ("'\n=1+1", "one\ntwo\nthree")


def test_numbers_are_not_taken_for_formulas() -> None:
    assert table.number(Decimal("-0.5")) == "-0.5"


@pytest.mark.parametrize("text", ["two\nlines", 'a "quoted" word', "a, comma", "η ∈ ℝ"])
def test_any_text_comes_back_from_its_cell(text: str) -> None:
    assert rows(result(message=text))[0]["message"] == text


def test_text_that_has_no_utf8_form_can_still_be_written() -> None:
    table.marks_csv([result(read="\ud800\0")]).encode("utf-8")
