"""Lines in the plane, as people type them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, line
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, Outcome, Place, Verdict

SETTING = Setting(NONE, {"line": lambda: "2 w1 + w2 = 2"})
OPTIONS = {
    "variables": ["w1", "w2"],
    "expected": "2 w1 + w2 = 2",
    "half_line": {"credit": "0.6", "say": "Only half of the line is reached."},
    "point": {"credit": "0.3", "say": "This is one of the solutions."},
    "mistakes": [{"is": "w2 = 2 - w1/2", "credit": "0.3", "say": "The coefficients are exchanged."}],
}


def prepared(options: Mapping[str, object] = OPTIONS) -> line.Prepared:
    return line.prepare(line.Options.model_validate(options), SETTING)


def judge(text: str, options: Mapping[str, object] = OPTIONS) -> Verdict:
    return line.judge(prepared(options), Answer("3.3a", text, Place("a.md")))


@pytest.mark.parametrize(
    "text",
    [
        "2 w1 + w2 = 2",
        "2*w1 + w2 = 2",
        "2w_1 + w_2 = 2",
        r"$2 w_{1} + w_2 = 2$",
        "w2 = 2 - 2w1",
        "2 - 2 w1",
        "w_1 = 1 - w_2/2",
        r"w_1 = 1 - \frac{w_2}{2}",
        "4w1 + 2w2 - 4 = 0",
        "-2w1 = w2 - 2",
        "x^T w = 2 w1 + w2 = 2",
        "(0.8, 0.4) + s(1, -2)",
        r"(0.8,0.4)+\lambda(1,-2)",
        "(0.8, 0.4) + lam * (1, -2)",
        r"w = \begin{pmatrix}0.8\\0.4\end{pmatrix} + t\begin{pmatrix}1\\-2\end{pmatrix}",
        "(1, 0) + s(-1, 2)",
        "(0, 2) + s(2, -4)",
        "w = (1 - s/2, s)",
        r"w=(1-s/2,\,s)",
        "(w1, w2) = (1 - s/2, s)",
        "w = [1 - s/2, s]",
        "(1 - s/2, s) for s in R",
        r"(1 - s/2, s), s \in \mathbb{R}",
        r"\{(1 - s/2, s) : s \in \mathbb{R}\}",
        r"\{ w \in \mathbb{R}^2 : 2 w_1 + w_2 = 2 \}",
        r"\{(w_1, w_2) \mid 2 w_1 + w_2 = 2\}",
        "{(w1, w2) : 2 w1 + w2 = 2}",
        "(1 - s/2, s) for all real s",
        "(1 - s/2, s) for any real number s",
        "(1 - s/2, s) where s is any real number",
        "w1 = 1 - s/2, w2 = s",
        "w1 = 1 - s/2 and w2 = s, s in R",
        "w1 = s; w2 = 2 - 2s",
        "2 w1 + w2 = 2 or w2 = 2 - 2 w1",
        "w2 = 2 - 2 w1, i.e. (0, 2) + s(1, -2)",
        "all w such that 2 w1 + w2 = 2",
        "the line 2 w1 + w2 = 2",
        "The solutions are w2 = 2 - 2 w1",
        "1 - s/2, s",
        "(s^3, 2 - 2 s^3)",
        "(4/5, 2/5) + c(1, -2)/sqrt(5)",
        r"(1 - s/2, s), -\infty < s < \infty",
        r"(1-s/2, s) \text{ with } s \in \mathbb{R}",
        "2 w1 + w2 = 2.",
    ],
)
def test_the_whole_line_is_right_in_every_form(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, Fraction(1)), verdict
    assert verdict.read
    assert verdict.mathml.startswith("<math")


@pytest.mark.parametrize(
    "text",
    [
        "w2 = 2 - w1/2",
        "(0, 2) + s(2, -1)",
    ],
)
def test_a_declared_mistake_is_recognised_in_every_form(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.PARTIAL, Fraction(3, 10), "mistake-1")


@pytest.mark.parametrize(
    "text",
    [
        r"(0.8+\lambda^2,\,0.4-2\lambda^2)",
        "(1 - s/2, s) for s > 0",
        "(1 - s/2, s), s >= 0",
        r"(1 - s/2, s), \quad s \ge 0",
        r"(1 - s/2, s), s \geq 0",
        "(1 - s/2, s) for all s >= 0",
        r"(1 - s/2, s), s \in \mathbb{R}_+",
        r"(1 - s/2, s), s \in [0, \infty)",
        "(1 - s/2, s), s in [0, 1]",
        "(1 - s/2, s), 0 <= s <= 1",
        r"(1-s/2, s), 0 \le s \le 1",
        "(1 - |s|/2, |s|)",
        "(exp(s), 2 - 2 exp(s))",
        "(sin(s), 2 - 2 sin(s))",
        "2 w1 + w2 = 2, w1 > 0",
        "(1 - s/2, s) for positive s",
        "(1 - s/2, s) (s > 0)",
        "w1 = 1 - s/2, w2 = s, s > 0",
    ],
)
def test_a_part_of_the_line_earns_what_the_rubric_says(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.PARTIAL, Fraction(3, 5), "half-line")


@pytest.mark.parametrize(
    "text", ["(0.8, 0.4)", "(1, 0)", "w = (0, 2)", "w1 = 0.8, w2 = 0.4", "w1 = 1 and w2 = 0"]
)
def test_a_point_of_the_line_earns_what_the_rubric_says(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.PARTIAL, Fraction(3, 10), "point")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2 w1 + w2 = 3", "different"),
        ("w1 + w2 = 2", "different"),
        ("(0.8, 0.4) + s(1, 2)", "different"),
        ("(2 s^2, s^2)", "different"),
        ("(1, 1)", "point"),
        ("(s, s^2)", "curve"),
        ("2 w1 + w2 >= 2", "region"),
        ("w1 = w1", "everything"),
        ("w1 = w1 + 1", "nothing"),
        ("w1 = 1", "different"),
    ],
)
def test_other_sets_are_wrong(text: str, code: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.INCORRECT, Fraction(0), code)
    assert "2 - 2" not in verdict.message


def test_a_part_of_the_line_earns_nothing_where_the_rubric_is_silent() -> None:
    verdict = judge("(0.8, 0.4)", {"variables": ["w1", "w2"], "expected": "ref.line"})
    assert (verdict.outcome, verdict.code) == (Outcome.INCORRECT, "point")


@pytest.mark.parametrize(
    "text",
    [
        "2 w1 + w2 = 2 or 2 w1 + w2 = 3",
        "w1 w2 = 1",
        "(s, t)",
        "(1/s, 2 - 2/s)",
        "(1 - s/2, s), s != 0",
        r"(1 - s/2, s), s \in \mathbb{Z}",
        "(2 w1 + w2 - 2)^2 = 0",
        "(0.7999, 0.4) + s(1, -2)",
    ],
)
def test_what_cannot_be_followed_is_for_a_person(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a line",
        "infinitely many solutions",
        "2 w1 + w3 = 2",
        "2 w1 + w2",
        "(1, 2, 3)",
        "5",
        "2 w1 + w2 = NaN",
        "2 w1 + w2 = 1/0",
        "(inf, 0) + s(1, -2)",
        "w1 = 9**9**9",
        "w1 = w2^(9^9^9)",
        "<script>alert(1)</script>",
        "(" * 10_000 + "w1" + ")" * 10_000 + " = 2",
        "w1 = " * 200_000,
        "w1 = 1, " * 900,
        "for all " * 900,
        "s in R, " * 900,
        "s" * 1_000_000,
        "w2" * 2_000,
        ", ; = and " * 400,
        "w1 = 2" + "**w2" * 900,
    ],
)
def test_what_is_no_line_and_no_points_is_unreadable(text: str) -> None:
    try:
        verdict = judge(text)
    except StudentError as error:
        assert len(str(error)) < 500
    else:
        assert verdict.outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({**OPTIONS, "expected": "w1^2 = 1"}, ("expected",)),
        ({**OPTIONS, "expected": "w1 = w1"}, ("expected",)),
        ({**OPTIONS, "expected": "ref.lime"}, ("expected",)),
        ({**OPTIONS, "mistakes": [{"is": "5", "credit": "0", "say": ""}]}, ("mistakes", 0, "is")),
    ],
)
def test_an_option_at_fault_is_named(options: Mapping[str, object], path: tuple[object, ...]) -> None:
    with pytest.raises(OptionError) as error:
        prepared(options)
    assert error.value.path == path


def test_a_plane_has_two_variables() -> None:
    with pytest.raises(OptionsError):
        line.Options.model_validate({"variables": ["w1"], "expected": "w1 = 1"})


@pytest.mark.parametrize(
    "options",
    [OPTIONS, {**OPTIONS, "expected": "w1 = -1/3"}, {"variables": ["s", "t"], "expected": "s = 2 t"}],
)
def test_samples_get_the_credit_they_declare(options: Mapping[str, object]) -> None:
    for sample in line.samples(prepared(options)):
        assert judge(sample.text, options).credit == sample.credit, sample
