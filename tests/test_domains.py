"""Formulas without a declared domain: what agrees where both are real is no different formula."""

from __future__ import annotations

from typing import Any

import pytest

from grader.cli._pairs import Pair
from grader.cli._verdicts import decide_pair
from grader.maths import same
from grader.maths.sameness.decide import Policy

WIDER = Policy(wider_domains=True)

AGREE_WHERE_BOTH_ARE_REAL = [
    # expected, with the answer that is defined at more points
    ("sqrt(a) x sqrt(b)", "sqrt(a b) x"),
    ("2 ln a + ln b", "ln(a^2 b)"),
    ("2 ln x", "ln(x^2)"),
    ("2 ln x", "2 ln abs(x)"),
    ("sqrt(k/m) sqrt(m/k)", "1"),
    ("sqrt(x)^2", "x"),
    ("sqrt(x)^2", "abs(x)"),
    ("(x^(1/4))^2", "sqrt(x)"),
    ("(x^(1/2))^2", "x"),
    ("log(a^x, a)", "x"),
    ("e^(ln x)", "x"),
    ("e^(3 ln x)", "x^3"),
    ("e^(ln(x)/3)", "x^(1/3)"),
    ("ln x - ln y", "ln(x/y)"),
    ("sqrt(x) sqrt(x - 1)", "sqrt(x^2 - x)"),
    ("sin(arcsin(x))", "x"),
    ("tan(arcsin(x)) sqrt(1 - x^2)", "x"),
    ("sqrt(x)/sqrt(y)", "sqrt(x y)/abs(y)"),
]


@pytest.mark.parametrize(("narrow", "wide"), AGREE_WHERE_BOTH_ARE_REAL)
def test_an_answer_that_is_defined_at_more_points_is_the_same_with_a_note(narrow: str, wide: str) -> None:
    found = same(narrow, wide, policy=WIDER)
    assert found.outcome == "same"
    if found.how.startswith("Equal to more than 300"):
        assert "defined" in found.notes[0]


@pytest.mark.parametrize(("narrow", "wide"), AGREE_WHERE_BOTH_ARE_REAL)
def test_an_answer_that_is_defined_at_fewer_points_is_never_different(narrow: str, wide: str) -> None:
    found = same(wide, narrow, policy=WIDER)
    assert found.outcome == "same" or (found.outcome, found.code) == ("undecided", "domain")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("sqrt(x^2)", "x"),
        ("(x^2)^(1/2)", "x"),
        ("(x^4)^(1/4)", "x"),
        ("a^(b c)", "(a^b)^c"),
        ("sqrt(a b)", "sqrt(-a) sqrt(-b) + [a = b]"),
        ("sqrt(x^2 y)", "x sqrt(y)"),
        ("ln(x^2)", "ln x"),
        ("sqrt(x + y)", "sqrt(x) + sqrt(y)"),
        ("arcsin(sin(x))", "x"),
        ("arccos(cos(x))", "x"),
        ("abs(x)", "x"),
        ("x^(2 k)", "(x^2)^k"),
        ("sqrt(x^2 - 2x + 1)", "x - 1"),
        ("sqrt(x)", "sqrt(x) + max(0, x - 1000)"),
        ("sqrt(x) sqrt(x)", "x + 10^(-50)"),
        ("ln(x^2)", "2 ln x + 10^(-500)"),
        ("sqrt(x)^2", "x + e^(-10000)"),
    ],
)
def test_formulas_that_differ_where_both_are_real_stay_different(one: str, other: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got, policy=WIDER).outcome == "different"


@pytest.mark.parametrize(
    ("reference", "answer", "row", "outcome"),
    [
        ("2 ln x", "ln(x^2)", {"infer": True}, "same"),
        ("ln(x^2)", "2 ln x", {"infer": True}, "undecided"),
        ("2 ln x", "ln(x^2)", {"infer": True, "domain": "real"}, "different"),
        ("2 ln x", "ln(x^2)", {"symbols": '{"x": {"scalar": "real"}}'}, "different"),
        ("2 ln x", "ln(x^2)", {"symbols": '{"x": {"scalar": "real"}}', "infer": True}, "different"),
        ("ln(x^2)", "2 ln x", {"infer": True, "domain": "positive"}, "same"),
        ("{2 ln x, 1}", "{1, ln(x^2)}", {"infer": True}, "same"),
        ("[2 ln x, x]", "[ln(x^2), 2x]", {"infer": True}, "different"),
    ],
)
def test_only_names_nobody_declared_may_have_a_wider_domain(
    reference: str, answer: str, row: dict[str, Any], outcome: str
) -> None:
    pair = Pair("row", reference, answer)._replace(**row)
    assert decide_pair(pair).outcome == outcome


@pytest.mark.parametrize(
    ("one", "other", "outcome"),
    [
        ("6 (x - 2)^(3 k)", "6 ((x - 2)^3)^k", "same"),
        ("x^(k + 1)", "x x^k", "same"),
        ("(x^k)^3", "x^(3 k)", "same"),
        ("(x^k)^2", "(x^2)^k", "different"),
    ],
)
def test_a_name_in_an_exponent_may_be_an_odd_root(one: str, other: str, outcome: str) -> None:
    for expected, got in ((one, other), (other, one)):
        assert same(expected, got).outcome == outcome
