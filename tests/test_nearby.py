"""A wrong number that is one usual slip away from the right one is told so."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.maths.names import NONE
from grader.maths.notation import read
from grader.maths.values import numbers
from grader.maths.values.tolerance import USUAL, Rule, typed
from grader.maths.why.nearby import near


@pytest.mark.parametrize(
    ("expected", "got", "code"),
    [
        ("3/4", "-3/4", "sign"),
        ("sqrt(2)", "-1.414", "sign"),
        ("61706", "61707", "off-by-one"),
        ("0", "1", "off-by-one"),
        ("61706", "61760", "digits-swapped"),
        ("61706", "61806", "one-digit"),
        ("61746", "61700", "rounded"),
        ("61706", "62000", "rounded"),
        ("3/8", "3/4", "factor"),
        ("3/8", "-3/16", "factor"),
        ("pi", "6.283", "factor"),
        ("1/3", "3.333", "decimal-point"),
        ("0.25", "25", "decimal-point"),
        ("3/7", "7/3", "reciprocal"),
        ("sqrt(2)", "0.7071", "factor"),
        ("pi", "0.3183", "reciprocal"),
        ("3/7", "1/5", None),
        ("0", "5", None),
        ("5", "0", None),
        ("61706", "64000", None),
        ("pi", "3.2", None),
    ],
)
def test_what_may_have_happened(expected: str, got: str, code: str | None) -> None:
    right, answer = (read(text, NONE, "plain") for text in (expected, got))
    found = near(numbers.evaluate(answer), numbers.evaluate(right), USUAL, typed(answer))
    assert (found and found[0]) == code


@given(st.integers(1, 10**9), st.integers(1, 10**9))
def test_whatever_is_told_is_one_sentence(expected: int, got: int) -> None:
    found = near(Fraction(got), Fraction(expected), Rule("exact"))
    assert found is None or found[1].endswith(".")
