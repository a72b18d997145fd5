"""Big-O."""

from __future__ import annotations

import pytest

from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness.orders import compare_orders

SYMBOLS = declare({name: {"scalar": "positive"} for name in ("n", "d", "t")})


@pytest.mark.parametrize(
    ("expected", "got", "outcome", "code"),
    [
        ("n log(n)", "n log(n)/log(2)", "same", "not-simplest"),
        ("n log(n)/log(2)", "n log(n)", "same", ""),
        ("n^2", "3n^2 + n", "same", "not-simplest"),
        ("n^2", "n^2", "same", ""),
        ("n d", "d n", "same", ""),
        ("n d + d^2", "d (n + d)", "same", "not-simplest"),
        ("n^2", "n^3", "different", "faster"),
        ("n^2", "n log(n)", "different", "slower"),
        ("n", "d", "different", "incomparable"),
        ("log(n)", "log(n^3)", "same", "not-simplest"),
        ("2^n", "3^n", "different", "faster"),
        ("n", "n^n", "undecided", "growth"),
    ],
)
def test_costs_are_compared_by_their_order(expected: str, got: str, outcome: str, code: str) -> None:
    found = compare_orders(*(read(text, SYMBOLS, "plain") for text in (expected, got)))
    assert (found.outcome, found.code) == (outcome, code)
