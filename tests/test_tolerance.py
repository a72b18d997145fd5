"""When a typed number is the expected one."""

from __future__ import annotations

from fractions import Fraction

import pytest
from flint import arb

from grader.maths.names import NONE
from grader.maths.notation import read
from grader.maths.values import tolerance
from grader.maths.values.numbers import evaluate
from grader.maths.values.tolerance import USUAL, Rule, agree, bounds, rule, typed

THIRD = Fraction(1, 3)


def agreement(text: str, expected: Fraction | arb, option: object = None) -> str:
    node = read(text, NONE, "plain")
    return agree(evaluate(node), expected, rule(option), typed(node))


@pytest.mark.parametrize(
    ("text", "expected", "how"),
    [
        ("1/3", THIRD, "equal"),
        ("0.333", THIRD, "rounded"),
        ("0.3333", THIRD, "rounded"),
        ("-0.333", -THIRD, "rounded"),
        ("0.33", THIRD, "few figures"),
        ("0.3", THIRD, "few figures"),
        ("0.334", THIRD, "different"),
        ("0.666", Fraction(2, 3), "cut off"),
        ("0.667", Fraction(2, 3), "rounded"),
        ("-0.666", -Fraction(2, 3), "cut off"),
        ("0.668", Fraction(2, 3), "different"),
        ("0.25", Fraction(1, 4), "equal"),
        ("0.5", Fraction(1, 2), "equal"),
        ("1", Fraction(101, 100), "different"),
        ("3.33 * 10^-1", THIRD, "rounded"),
        ("3.33e-1", THIRD, "rounded"),
        ("333.3e-3", THIRD, "rounded"),
        ("0.1667 * 2", THIRD, "within"),
        ("0.17 * 2", THIRD, "different"),
        ("0.00333", Fraction(1, 300), "rounded"),
        ("0.0033", Fraction(1, 300), "few figures"),
        ("0", Fraction(0), "equal"),
        ("0.000", Fraction(1, 10**6), "few figures"),
    ],
)
def test_without_a_rule_a_decimal_is_the_value_rounded_to_three_figures(
    text: str, expected: Fraction, how: str
) -> None:
    assert agreement(text, expected) == how


@pytest.mark.parametrize(
    ("option", "text", "right"),
    [
        ("exact", "1/3", True),
        ("exact", "0.333333", False),
        ({"abs": "1e-3"}, "0.3343", True),
        ({"abs": "1e-3"}, "0.3344", False),
        ({"rel": "0.01"}, "0.336", True),
        ({"rel": "0.01"}, "0.337", False),
        ({"decimals": "2"}, "0.33", True),
        ({"decimals": "2"}, "0.34", False),
        ({"decimals": "0"}, "0", True),
        ({"figures": "2"}, "0.33", True),
        ({"figures": "2"}, "0.34", False),
        ({"figures": "3"}, "0.33", False),
    ],
)
def test_a_rule_decides_how_near_is_near_enough(option: object, text: str, right: bool) -> None:
    assert (agreement(text, THIRD, option) in tolerance.GOOD) is right


def test_a_relative_tolerance_has_a_floor_near_zero() -> None:
    assert agree(Fraction(1, 10**13), Fraction(0), rule({"rel": "1e-3"})) == "within"
    assert agree(Fraction(1, 10**6), Fraction(0), rule({"rel": "1e-3"})) == "different"


@pytest.mark.parametrize("size", ["0.001", "0.01", "0.1", "1"])
def test_a_wider_tolerance_never_loses_an_answer(size: str) -> None:
    narrow, wide = rule({"abs": size}), rule({"abs": str(10 * float(size))})
    for step in range(-40, 40):
        got = THIRD + Fraction(step, 37)
        assert agree(got, THIRD, narrow) not in tolerance.GOOD or agree(got, THIRD, wide) in tolerance.GOOD


def test_balls_that_overlap_are_equal_and_disjoint_ones_differ() -> None:
    assert agree(arb(2).sqrt(), arb(8).sqrt() / 2) == "equal"
    assert agree(arb(2).sqrt(), Fraction(141421356, 10**8)) == "different"


def test_a_ball_too_wide_to_decide_is_not_right() -> None:
    assert agree(arb(1, 0.5), Fraction(1)) == "unsure"
    assert "unsure" not in tolerance.GOOD


def test_the_ends_of_a_ball_enclose_its_number() -> None:
    low, high = bounds(arb(2).sqrt())
    assert low * low < 2 < high * high


@pytest.mark.parametrize(
    "option",
    [
        "near",
        {"abs": "0"},
        {"abs": "-1"},
        {"abs": "nan"},
        {"abs": "inf"},
        {"abs": "wide"},
        {"percent": "1"},
        {},
        {"decimals": "1.5"},
        {"decimals": "-1"},
        {"figures": "0"},
        {"abs": "1", "rel": "1"},
        {"figures": "1e9"},
    ],
)
def test_a_rule_that_cannot_be_used_says_what_was_meant(option: object) -> None:
    with pytest.raises(ValueError, match="meant"):
        rule(option)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (USUAL, "exact, or rounded to at least 3 significant figures"),
        (Rule("exact"), "exact"),
        (rule({"abs": "1e-3"}), "within 0.001"),
        (rule({"rel": "1e-9"}), "within 1e-9 of the value"),
        (rule({"decimals": 2}), "to 2 decimal places"),
        (rule({"figures": 3}), "to 3 significant figures"),
    ],
)
def test_a_rule_can_be_said_in_words(given: Rule, words: str) -> None:
    assert str(given) == words
