"""Different formulas that nearly agree: far digits, rare numbers, single regions. None is ever the same."""

from __future__ import annotations

import pytest

from grader.maths import same

REAL = {name: {"scalar": "real"} for name in ("x", "y")}

# What they differ by is far below, or far beside, what is looked at first.
FAR_DIGITS = [
    ("e^10000", "e^10000 + 1"),
    ("cosh(10000)", "sinh(10000)"),
    ("cosh(x^2 + 10000)", "sinh(x^2 + 10000)"),
    ("tanh(10000)", "1"),
    ("tanh(100000 + x^2)", "1"),
    ("coth(10000)", "1"),
    ("erf(60)", "1"),
    ("erf(x^2 + 100)", "1"),
    ("logistic(100000)", "1"),
    ("1/(1 + e^(-1000000))", "1"),
    ("sqrt(2) 10^5000", "sqrt(2) 10^5000 + 1"),
    ("2^(-20000) + sqrt(2)", "sqrt(2)"),
    ("sqrt(4 + 10^(-5000))", "2"),
    ("ln(1 + 10^(-5000))", "0"),
    ("ln(1 + e^10000)", "10000"),
    ("cos(10^(-600))", "1"),
    ("cos(10^(-600) x)", "1"),
    ("arctan(10^2000)", "pi/2"),
    ("1000! sqrt(2)", "1000! sqrt(2) + 1"),
    ("e^(10000 + x^2) + 1", "e^(10000 + x^2)"),
    ("max(1, e^(10000 x))", "max(1, e^(10000 x) + e^(-8000))"),
    ("x^x", "x^x + exp(-20000)"),
    ("pi", "3.14159265358979323846264338327950288419716939937510582097494"),
    ("e^(pi sqrt(163))", "640320^3 + 744"),
]


@pytest.mark.parametrize(("one", "other"), FAR_DIGITS)
def test_what_differs_in_far_digits_only_is_not_the_same(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got, REAL).outcome != "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("e^(1000 x)/(1 + e^(1000 x))", "1/(1 + e^(-1000 x))"),
        ("e^(10000 x) e^x", "e^(10001 x)"),
        ("cosh(x)^2 - sinh(x)^2", "1"),
        ("tanh(10 x)", "(e^(20x) - 1)/(e^(20x) + 1)"),
        ("sqrt(2) 10^100", "10^100/sqrt(2) + 10^100/sqrt(2)"),
    ],
)
def test_large_and_small_values_of_equal_formulas_do_no_harm(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got, REAL).outcome == "same"
