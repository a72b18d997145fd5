"""Orders of growth."""

from __future__ import annotations

import pytest

from grader.errors import StudentError
from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness.growth import Growth, compare, growth

SYMBOLS = declare({name: {"scalar": "positive"} for name in ("n", "d", "t")})


def of(text: str) -> Growth:
    return growth(read(text, SYMBOLS, "plain"))


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("1", "1"),
        ("0", "0"),
        ("n - n", "0"),
        ("5", "1"),
        ("pi", "1"),
        ("n", "n"),
        ("3n + 7", "n"),
        ("n(n+1)/2", "n^2"),
        ("2n + (n - 1)", "n"),
        ("n^2 - n", "n^2"),
        ("n(n+1)/2 - n^2/2", "n"),
        ("(n+1)^2 - n^2", "n"),
        ("n^3/n", "n^2"),
        ("sqrt(n)", "n^(1/2)"),
        ("n^(3/2)", "n^(3/2)"),
        ("n^0.5", "n^(1/2)"),
        ("sqrt(n^2 + 1)", "n"),
        ("n log(n)", "n * log(n)"),
        ("log(n^2)", "log(n)"),
        ("log(n + 1)", "log(n)"),
        ("log(2^n)", "n"),
        ("log(n)/log(2)", "log(n)"),
        ("log(n d)", "log(d) + log(n)"),
        ("n d + n^2 + d", "d * n + n^2"),
        ("n/(n + 1)", "1"),
        ("2^n + n^10", "2^n"),
        ("2^(n+3)", "2^n"),
        ("4^n/2^n", "2^n"),
        ("max(n, d)", "d + n"),
        ("1/n", "n^(-1)"),
        ("(n + d)^2", "d * n + d^2 + n^2"),
    ],
)
def test_constants_and_slower_terms_are_dropped(text: str, order: str) -> None:
    assert str(of(text)) == order


@pytest.mark.parametrize(
    ("one", "other", "relation"),
    [
        ("n(n+1)/2", "n^2", "same"),
        ("n", "n^2", "slower"),
        ("n^3", "n^2", "faster"),
        ("n", "d", "incomparable"),
        ("n log(n)", "n", "faster"),
        ("n log(n)", "n^1.01", "slower"),
        ("n^100", "2^n", "slower"),
        ("2^n", "3^n", "slower"),
        ("1", "log(n)", "slower"),
        ("0", "1", "slower"),
        ("n d", "n d + n", "same"),
        ("(n+d)^2", "n^2 + d^2 + n d", "same"),
        ("1/n", "1", "slower"),
    ],
)
def test_two_orders_are_compared_in_every_variable(one: str, other: str, relation: str) -> None:
    assert compare(of(one), of(other)) == relation


@pytest.mark.parametrize(
    ("text", "plain"), [("n^2", True), ("1", True), ("2n", False), ("n + 1", False), ("0", True)]
)
def test_it_is_known_whether_a_formula_was_simplest(text: str, plain: bool) -> None:
    assert of(text).plain is plain


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("n^n", "growth"),
        ("2^(n^2)", "growth"),
        ("log(n + 1) - log(n)", "growth"),
        ("log(log(n))", "growth"),
        ("sin(n)", "growth"),
        ("sqrt(n + d)", "growth"),
        ("n^(10^9)", "growth"),
        ("-n", "negative"),
        ("n - n^2", "negative"),
        ("1/(n - n)", "not-a-number"),
        ("(n+d+t)^12 (n+d+t+1)^12", "too-long"),
    ],
)
def test_what_cannot_be_decided_is_said(text: str, code: str) -> None:
    with pytest.raises(StudentError) as error:
        of(text)
    assert error.value.code == code
