"""One number, exact or within a tolerance."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, number
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, Outcome, Place, Verdict

SETTING = Setting(
    NONE,
    {
        "quarter": lambda: Fraction(1, 4),
        "third": lambda: Fraction(1, 3),
        "iterated": lambda: 0.3333333333,
        "broken": lambda: float("nan"),
        "words": lambda: object(),
    },
)
QUARTER = {
    "expected": "ref.quarter",
    "mistakes": [{"is": "1/2", "credit": "0.7", "say": "The factor 2 is missing."}],
}


def prepared(options: Mapping[str, object]) -> number.Prepared:
    return number.prepare(number.Options.model_validate(options), SETTING)


def judge(text: str, options: Mapping[str, object] = QUARTER) -> Verdict:
    return number.judge(prepared(options), Answer("2.2.4.eta", text, Place("a.yaml")))


@pytest.mark.parametrize(
    "text",
    [
        "1/4",
        "0.25",
        ".25",
        "0.250",
        "2.5e-1",
        r"\frac14",
        r"\frac{1}{4}",
        "$\\tfrac{1}{4}$",
        "2^-2",
        "eta = 1/4",
        r"\eta^* = \frac{1}{4}",
        r"\eta^* = \frac{n\|X^\top a\|^2}{2\|XX^\top a\|^2} = \frac14",
        "1/4 = 0.25",
        "[0.25]",
        "1/4 for every t",
        "0.25.",
        "-(-1)/4",
        "1/2*1/2",
    ],
)
def test_a_number_is_right_in_every_form(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, Fraction(1))


@pytest.mark.parametrize("text", ["0.26", "4", "-1/4", "0", "0.2501"])
def test_another_number_is_wrong(text: str) -> None:
    verdict = judge(text)
    near = {"4": "near:reciprocal", "-1/4": "near:sign"}
    assert (verdict.outcome, verdict.credit) == (Outcome.INCORRECT, Fraction(0))
    assert verdict.code == near.get(text, "different")
    assert "0.25" not in verdict.message
    assert "1/4" not in verdict.message


def test_a_declared_mistake_earns_its_credit() -> None:
    verdict = judge("0.5")
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.PARTIAL, Fraction(7, 10), "mistake-1")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1/3", "correct"),
        ("0.333", "correct"),
        ("1/3 = 0.33", "correct"),
        ("0.33", "few-figures"),
        ("0.3334", "different"),
        ("0.3332", "different"),
        ("0.333333333", "correct"),
    ],
)
def test_a_decimal_is_the_value_rounded_to_at_least_three_figures(text: str, code: str) -> None:
    assert judge(text, {"expected": "ref.third"}).code == code


def test_a_decimal_that_is_cut_off_is_told_so() -> None:
    assert judge("0.666", {"expected": "2/3"}).code == "cut-off"


@pytest.mark.parametrize(
    ("tolerance", "text", "right"),
    [
        ({"abs": "1e-3"}, "0.3340", True),
        ({"abs": "1e-3"}, "0.335", False),
        ({"rel": "0.1"}, "0.36", True),
        ({"decimals": "1"}, "0.3", True),
        ({"figures": "2"}, "0.33", True),
        ("exact", "0.333333333", False),
        ("exact", "1/3", True),
    ],
)
def test_the_rubric_chooses_the_tolerance(tolerance: object, text: str, right: bool) -> None:
    verdict = judge(text, {"expected": "ref.third", "tolerance": tolerance})
    assert (verdict.outcome is Outcome.CORRECT) is right


def test_the_tolerance_that_was_used_is_evidence() -> None:
    verdict = judge("0.334", {"expected": "ref.third", "tolerance": {"abs": "1e-3"}})
    assert "within 0.001" in str(verdict.evidence)


@pytest.mark.parametrize("text", ["sqrt(2)/2", "1/sqrt(2)", "2^(-1/2)", "0.7071", "0.707", "cos(pi/4)"])
def test_irrational_numbers_are_compared_by_balls(text: str) -> None:
    assert judge(text, {"expected": "sqrt(2)/2"}).outcome is Outcome.CORRECT


def test_sides_that_differ_are_for_a_person() -> None:
    assert judge("1/4 = 0.4").outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a quarter",
        "25%",
        r"25\%",
        "0.25 or 0.5",
        "0.25, 0.5",
        "[1/4, 1/4]",
        "n/4",
        "eta",
        "1/4 eta",
        "NaN",
        "nan",
        "inf",
        "-inf",
        r"\infty",
        "0/0",
        "1/0",
        "log(-1)",
        "9**9**9",
        "1e9999999",
        "0.25 million",
        "<img src=x onerror=alert(1)>",
        "(" * 10_000,
        "1" * 1_000_000,
        "1/" * 3_000 + "1",
        "eval('1/4')",
    ],
)
def test_what_is_not_one_finite_number_is_unreadable(text: str) -> None:
    with pytest.raises(StudentError):
        judge(text)


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"expected": "ref.iterated"}, ("tolerance",)),
        ({"expected": "ref.iterated", "tolerance": "exact"}, ("tolerance",)),
        ({"expected": "ref.broken", "tolerance": {"abs": "1"}}, ("expected",)),
        ({"expected": "ref.words"}, ("expected",)),
        ({"expected": "[1, 2]"}, ("expected",)),
        ({"expected": "1/0"}, ("expected",)),
    ],
)
def test_an_option_at_fault_is_named(options: Mapping[str, object], path: tuple[object, ...]) -> None:
    with pytest.raises(OptionError) as error:
        prepared(options)
    assert error.value.path == path


@pytest.mark.parametrize("tolerance", [{"abs": "0"}, {"near": "1"}, "close", {"decimals": "x"}])
def test_a_tolerance_that_cannot_be_used_is_refused(tolerance: object) -> None:
    with pytest.raises(OptionsError):
        number.Options.model_validate({"expected": "1", "tolerance": tolerance})


@pytest.mark.parametrize(
    "options",
    [QUARTER, {"expected": "ref.iterated", "tolerance": {"abs": "1e-3"}}, {"expected": "-sqrt(2)/2"}],
)
def test_samples_get_the_credit_they_declare(options: Mapping[str, object]) -> None:
    for sample in number.samples(prepared(options)):
        assert judge(sample.text, options).credit == sample.credit
