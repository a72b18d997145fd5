"""Directions of length 1."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, unit_vector
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.types import Answer, Outcome, Place, Verdict

SETTING = Setting(
    NONE,
    {
        "direction": lambda: (-0.8944271909999159, -0.4472135954999579),
        "row": lambda: (2, 1),
        "zero": lambda: (0, 0),
        "three": lambda: (1, 2, 2),
    },
)
OPTIONS = {
    "expected": "ref.direction",
    "not_unit": {"credit": "0.7", "say": "A unit vector has length 1."},
    "mistakes": [{"is": "[1, 2]/sqrt(5)", "credit": "0.2", "say": "The entries are swapped."}],
}


def prepared(options: Mapping[str, object]) -> unit_vector.Prepared:
    return unit_vector.prepare(unit_vector.Options.model_validate(options), SETTING)


def judge(text: str, options: Mapping[str, object] = OPTIONS) -> Verdict:
    return unit_vector.judge(prepared(options), Answer("3.3b.direction", text, Place("a.yaml")))


@pytest.mark.parametrize("expected", ["ref.direction", "ref.row", "[2, 1]/sqrt(5)", "(-2, -1)/sqrt(5)"])
@pytest.mark.parametrize(
    "text",
    [
        "(2, 1)/sqrt(5)",
        "-(2, 1)/sqrt(5)",
        "[2/sqrt(5), 1/sqrt(5)]",
        r"\frac{1}{\sqrt{5}}(2, 1)",
        r"-\frac{1}{\sqrt5}\begin{pmatrix}2\\1\end{pmatrix}",
        r"\pm\frac{1}{\sqrt5}(2, 1)",
        "(0.894, 0.447)",
        "(-0.8944, -0.4472)",
        "0.894, 0.447",
        "[[0.894], [0.447]]",
        "(2*sqrt(5)/5, sqrt(5)/5)",
        "u = (2, 1)/sqrt(5) = (0.894, 0.447)",
        "(8, 4)/sqrt(80)",
    ],
)
def test_a_unit_vector_is_right_up_to_its_sign(text: str, expected: str) -> None:
    verdict = judge(text, {"expected": expected})
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, Fraction(1))


@pytest.mark.parametrize("text", ["(2, 1)", "(-8, -4)", "(1, 0.5)", "(0.8, 0.4)", "(2, 1)/5"])
def test_a_vector_of_another_length_is_told_so(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.PARTIAL, Fraction(7, 10), "not-unit")
    assert judge(text, {"expected": "ref.row"}).credit == 0


@pytest.mark.parametrize(
    "text", ["(1, 0)", "(0.6, 0.8)", "(2, -1)/sqrt(5)", "(0.89, 0.46)", "(1, 1)/sqrt(2)"]
)
def test_another_direction_is_wrong(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.INCORRECT, Fraction(0), "direction")


def test_a_fixed_sign_tells_opposite_directions_apart() -> None:
    options = {"expected": "ref.row", "sign": "fixed"}
    assert judge("(2, 1)/sqrt(5)", options).outcome is Outcome.CORRECT
    assert judge("-(2, 1)/sqrt(5)", options).code == "sign"


def test_a_declared_mistake_counts_up_to_its_sign_too() -> None:
    assert judge("-(1, 2)/sqrt(5)").code == "mistake-1"


@pytest.mark.parametrize(("text", "code"), [("(0, 0)", "zero"), ("(1, 2, 3)", "shape"), ("[1]", "shape")])
def test_vectors_that_cannot_be_a_direction_here_are_wrong(text: str, code: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.code) == (Outcome.INCORRECT, code)


def test_an_exact_formula_has_no_tolerance() -> None:
    assert judge("(2001/1000, 1)/sqrt(5)").outcome is not Outcome.CORRECT


def test_a_tolerance_is_for_decimals() -> None:
    assert judge("(0.89, 0.45)").code != "correct"
    assert judge("(0.89, 0.45)", {"expected": "ref.row", "tolerance": {"abs": "0.01"}}).code == "correct"
    assert judge("(0.894, 0.447)", {"expected": "ref.row", "tolerance": "exact"}).code != "correct"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "along x1",
        "[[1, 2], [3, 4]]",
        "(a, b)",
        "(NaN, 1)",
        "(inf, 0)",
        "(1/0, 0)",
        "(9**9**9, 1)",
        "[" * 10_000,
        "(" + "1," * 500_000 + "1)",
        "<script>alert(1)</script>",
    ],
)
def test_what_is_not_a_vector_is_unreadable(text: str) -> None:
    with pytest.raises(StudentError):
        judge(text)


@pytest.mark.parametrize(
    "options",
    [
        {"expected": "ref.zero"},
        {"expected": "1"},
        {"expected": "[[1, 2], [3, 4]]"},
        {"expected": "ref.rwo"},
        {"expected": "ref.row", "tolerance": {"rel": "0.1"}},
    ],
)
def test_options_that_cannot_be_used_are_refused(options: Mapping[str, object]) -> None:
    with pytest.raises(OptionError):
        prepared(options)


@pytest.mark.parametrize(
    "options", [OPTIONS, {"expected": "ref.row"}, {"expected": "ref.three", "sign": "fixed"}]
)
def test_samples_get_the_credit_they_declare(options: Mapping[str, object]) -> None:
    for sample in unit_vector.samples(prepared(options)):
        assert judge(sample.text, options).credit == sample.credit
