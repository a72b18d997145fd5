"""Constant formulas are worked out exactly where they are rational, and never without limit."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.errors import StudentError
from grader.maths.names import NONE
from grader.maths.notation import read, to_text
from grader.maths.values.numbers import evaluate, from_python


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1/4", Fraction(1, 4)),
        ("0.33", Fraction(33, 100)),
        ("3*3*64+64", Fraction(640)),
        ("2^10", Fraction(1024)),
        ("10^(-3)", Fraction(1, 1000)),
        ("sqrt(4)", Fraction(2)),
        (r"\frac14", Fraction(1, 4)),
        ("-(2/3)", Fraction(-2, 3)),
        ("112**2 * 64", Fraction(802816)),
        ("1e3", Fraction(1000)),
    ],
)
def test_a_rational_value_is_exact(text: str, value: Fraction) -> None:
    assert evaluate(read(text, NONE, "plain")) == value


def test_an_irrational_value_is_a_ball_around_it() -> None:
    ball = evaluate(read("1/sqrt(5)", NONE, "plain"))
    assert not isinstance(ball, Fraction)
    assert abs(float(ball.mid()) - 5**-0.5) < 1e-14


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("9**9**9", "too-large"),
        ("9^9^9^9", "too-large"),
        ("((2^1000)^1000)^1000", "too-large"),
        ("1/0", "not-a-number"),
        ("sqrt(-1)", "not-a-number"),
        ("[1, 2]", "not-a-number"),
        ("log(0)", "not-a-number"),
        ("1 < 2", "not-a-number"),
    ],
)
def test_what_has_no_value_is_refused_with_a_reason(text: str, code: str) -> None:
    with pytest.raises(StudentError) as error:
        evaluate(read(text, NONE, "plain"))
    assert error.value.code == code


def test_values_of_a_reference_become_formulas() -> None:
    assert to_text(from_python([[1, -2], [Fraction(1, 3), 0.5]])) == "[[1, -2], [1/3, 0.5]]"


@pytest.mark.parametrize("value", [float("nan"), float("inf"), True, "1", None])
def test_what_is_no_number_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        from_python(value)
