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


WHOLE = {"n": {"scalar": "integer"}, "m": {"scalar": "integer"}, "x": {"scalar": "real"}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("gcd(n, 6)", "gcd(n, 78)"),
        ("gcd(n, m)", "min(2, gcd(n, m))"),
        ("n mod m", "n mod m + [n = 35]"),
        ("lcm(n, 6)", "6n/gcd(n, 42)"),
        ("sum_{i=1}^n i", "n(n + 1)/2 + (n-1)(n-2)(n-3)(n-4)(n-5)(n-6)(n-7)(n-8)"),
        ("sum_{i=0}^n i^2", "n(n + 1)(2n + 1)/6 + [n > 30]"),
        ("sum_{i=1}^n x^i", "x (x^n - 1)/(x - 1) + [n = 9]"),
        ("x^n", "x^n + [n = 9]"),
        ("n!", "n! + [n = 20]"),
        ("(-1)^n", "cos(pi n) + [n > 20]"),
    ],
)
def test_formulas_of_whole_numbers_differ_at_numbers_no_random_point_meets(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got, WHOLE).outcome == "different"


ARRAYS = {
    "A": {"matrix": ["n", "n"]},
    "B": {"matrix": ["n", "n"]},
    "W": {"matrix": ["k", "n"]},
    "F": {"matrix": ["k", "n"], "rank": "full"},
}


@pytest.mark.parametrize(
    ("expected", "got", "outcome"),
    [
        ("rank(A)", "n", "different"),
        ("rank(W)", "n", "different"),
        ("rank(A B)", "min(rank(A), rank(B))", "different"),
        ("rank(A B)", "rank(A)", "different"),
        ("rank(W)", "rank(W')", "same"),
        ("rank(W' W)", "rank(W)", "same"),
        ("rank(F)", "n", "same"),
    ],
)
def test_ranks_are_compared_for_matrices_of_low_rank_too(expected: str, got: str, outcome: str) -> None:
    assert same(expected, got, ARRAYS, dimensions=[{"n": 3, "k": 4}]).outcome == outcome
    assert same(got, expected, ARRAYS, dimensions=[{"n": 3, "k": 4}]).outcome == outcome


SIGNED = {"x": {"scalar": "real"}, "y": {"scalar": "real"}, "n": {"scalar": "integer"}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        # They differ for negative whole numbers only, or where several names are negative at once.
        ("max(floor(n), n^3)", "max(abs(floor(n)), n^3)"),
        ("(1/2)^n (n - n)", "(1/2)^n (abs(n) - n)"),
        ("x^n", "x^abs(n)"),
        ("min(-4/n, [x/n <= x - 1])", "min(-4/n, [x/n <= abs(x) - 1])"),
        ("max(0, -x) max(0, -y)", "max(0, -x) max(0, -y) + max(0, -x - 5) max(0, -y - 5)"),
        ("[max(n, x) >= y]", "[abs(max(n, x)) >= y]"),
        ("max(x, y)", "max(x, y) + relu(-x) relu(-y) relu(3 - y)"),
    ],
)
def test_every_combination_of_signs_is_tried(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got, SIGNED).outcome == "different"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sum_{i=1}^n i", "n(n + 1)/2"),
        ("sum_{i=1}^n x^i", "x (x^n - 1)/(x - 1)"),
        ("n!", "n (n - 1)!"),
        ("binomial(n, 2)", "n(n - 1)/2"),
        ("floor(n/2)", "(n - (n mod 2))/2"),
        ("x^(2n)", "(x^2)^n"),
        ("(-1)^n", "cos(pi n)"),
        ("gcd(n, 6) lcm(n, 6)", "6 abs(n)"),
    ],
)
def test_equal_formulas_of_whole_numbers_stay_the_same(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got, SIGNED).outcome == "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x", "x + [x = pi]"),
        ("x", "x + [abs(x) > 10^20]"),
        ("[e^(x + y) <= sqrt(2y)]", "[e^(x + y) <= sqrt(x + 2)]"),
        ("sin(x)", "sin(x) + [e^x < 10^(-60)]"),
        ("[sin(x) > 2]", "[cos(x) > 2]"),
    ],
)
def test_a_condition_that_was_never_seen_to_hold_is_no_agreement(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got, SIGNED).outcome != "same"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("x [x > 0]", "max(0, x)"),
        ("x if x > 0 else 0", "(x + abs(x))/2"),
        ("x [x > 100]", "x [100 < x]"),
        ("-x if x < -3 else 3 if x < 3 else x", "max(3, abs(x))"),
        ("[x > y]", "1 - [x <= y]"),
        ("[x = 0]", "[x^2 = 0]"),
        ("[e^x > 0] x", "[e^x > 0] (x + 1) - [e^x > 0]"),
        ("[0 < x < 1]", "[x > 0] [x < 1]"),
        ("[x < n]", "[2x < 2n]"),
    ],
)
def test_conditions_that_were_seen_both_ways_agree(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got, SIGNED).outcome == "same"


def test_a_typed_backslash_between_sets_takes_away() -> None:
    assert same(r"[0, 2] \ {1}", "[0, 2]").outcome == "different"
    assert same(r"[0, 2] \ {1}", "[0, 2] ∖ {1}").outcome == "same"


SIZED = {"A": {"matrix": ["n", "n"]}, "w": {"vector": "n"}, "x": {"scalar": "real"}}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A", "A (1 + (n - 2) (n - 3) (n - 4))"),
        ("n A", "A (9 n^3 - 26 n^2 + 24 n) / n^2"),
        ("norm(w)^2", "norm(w)^2 + (n - 2) (n - 3) (n - 4)"),
        ("x^n", "x^(n + (n - 2) (n - 3) (n - 4))"),
        ("norm(w) / n", "norm(w) / (n + (n - 2) (n - 3) (n - 4))"),
        ("exp(-n) A", "exp(-9 n^2/n + 26 - 24/n) A"),
    ],
)
def test_what_is_equal_at_three_small_sizes_is_not_the_same(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        found = same(expected, got, SIZED, dimensions=[{"n": 3}])
        assert found.outcome == "different", found


def test_many_zeros_among_the_sizes_are_no_proof() -> None:
    zeros = " ".join(f"(n - {size})" for size in range(1, 10))
    found = same(f"A (1 + {zeros})", f"A + {zeros} A", SIZED, dimensions=[{"n": 3}])
    assert found.outcome == "same"
    assert "few sizes were tried" in found.how


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("A^3 / (n - 1)^2", "A^2 A / (n^2 - 2 n + 1)"),
        ("trace(I_n) w", "n w"),
        ("sum_(i=1)^n i w", "n (n + 1) / 2 w"),
        ("n^3 mean(w)", "n^2 total(w)"),
    ],
)
def test_what_is_equal_at_all_sizes_is_the_same(one: str, other: str) -> None:
    assert same(one, other, SIZED, dimensions=[{"n": 3}]).outcome == "same"
