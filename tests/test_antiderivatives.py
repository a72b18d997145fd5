"""Antiderivatives up to a constant."""

from __future__ import annotations

import pytest

from grader.maths.names import declare
from grader.maths.notation import read
from grader.maths.sameness.antiderivatives import compare_antiderivatives

SYMBOLS = declare({name: {"scalar": "real"} for name in "x a C".split()})


@pytest.mark.parametrize(
    ("expected", "got", "outcome", "code"),
    [
        ("x^2/2", "x^2/2 + C", "same", "constant"),
        ("x^2/2", "x^2/2", "same", ""),
        ("x^2/2", "x^2/2 + 7", "same", "constant"),
        ("x^2/2", "(x^2 + 4)/2 + C", "same", "constant"),
        ("sin(x)^2", "-cos(x)^2 + C", "same", "constant"),
        ("a x", "a x + a^2", "same", "constant"),
        ("x^2/2", "x^2", "different", "derivative"),
        ("x^2/2", "x^2/2 + x C", "different", "derivative"),
        ("x^2/2", "x^2/2 + C sin(x)", "different", "derivative"),
    ],
)
def test_antiderivatives_may_differ_by_a_constant(expected: str, got: str, outcome: str, code: str) -> None:
    one, other = (read(text, SYMBOLS, "plain") for text in (expected, got))
    found = compare_antiderivatives(one, other, "x", SYMBOLS, secret=b"test")
    assert (found.outcome, found.code) == (outcome, code)
