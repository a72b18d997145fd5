"""A formula is right, a known mistake, wrong with a counterexample, or left to a person: never guessed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, expression
from grader.errors import StudentError
from grader.maths.names import declare
from grader.types import Answer, Counterexample, Note, Outcome, Place, Verdict

SYMBOLS = declare(
    {
        "X": {"matrix": ["n", "d"], "rank": "full"},
        "W2": {"matrix": ["d", "n"]},
        "t": {"vector": "n"},
        "w0": {"vector": "d"},
        "a": {"is": "X w0 - t"},
        "z": {"vector": "n"},
        "sigma": {"function": "elementwise", "is": "logistic"},
    },
    [{"n": 3, "d": 5}],
)
SETTING = Setting(SYMBOLS, {}, b"a secret of the tests")


def _judge(options: dict[str, object], text: str) -> Verdict:
    prepared = expression.prepare(expression.Options.model_validate(options), SETTING)
    return expression.judge(prepared, Answer("1", text, Place("a.md", line=1)))


RATE: dict[str, object] = {
    "expected": "n norm(X' a)^2 / (2 norm(X X' a)^2)",
    "mistakes": [
        {"is": "norm(X' a)^2 / (2 norm(X X' a)^2)", "credit": "0.7", "say": "The factor n is missing."}
    ],
}


@pytest.mark.parametrize(
    "text",
    [
        "n norm(X' a)^2 / (2 norm(X X' a)^2)",
        r"\eta^* = \frac{n\|X^\top a\|_2^2}{2\|XX^\top a\|_2^2}",
        r"-\frac{a^\top M a}{\|Ma\|^2}, M = -\frac{2}{n}XX^\top",
        "-a' M a / norm(M a)^2 where M = -(2/n) X X'",
        "n * np.sum((X.T @ a)**2) / (2 * np.sum((X @ X.T @ a)**2))",
    ],
)
def test_the_right_formula_in_many_forms(text: str) -> None:
    verdict = _judge(RATE, text)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, Fraction(1))
    assert any(isinstance(note, Note) and note.kind == "proof" for note in verdict.evidence)


def test_a_declared_mistake_gets_its_credit_and_its_words() -> None:
    verdict = _judge(RATE, "a' X X' a / (2 a' X X' X X' a)")
    assert (verdict.outcome, verdict.credit) == (Outcome.PARTIAL, Fraction(7, 10))
    assert (verdict.code, verdict.message) == ("mistake-1", "The factor n is missing.")


def test_a_constant_factor_nobody_declared_is_named() -> None:
    verdict = _judge(RATE, "n norm(X' a)^2 / norm(X X' a)^2")
    assert (verdict.outcome, verdict.code) == (Outcome.INCORRECT, "constant-factor")
    assert "2 times" in verdict.message


def test_a_wrong_formula_comes_with_a_point_to_try() -> None:
    verdict = _judge({"expected": "X' t"}, "X' t + w0")
    example = next(item for item in verdict.evidence if isinstance(item, Counterexample))
    assert {name for name, _ in example.values} == {"X", "t", "w0"}
    assert example.got != example.expected


def test_a_missing_transpose_is_named_and_the_shapes_are_the_proof() -> None:
    verdict = _judge({"expected": "W2' w0"}, "W2 w0")
    assert (verdict.outcome, verdict.code) == (Outcome.INCORRECT, "edit:missing-transpose")
    assert verdict.message.startswith("A transpose is missing on W2")
    assert any(isinstance(note, Note) and "W2' w0 conforms" in note.text for note in verdict.evidence)


@pytest.mark.parametrize(
    ("expected", "text", "code"),
    [
        ("w0 - (2/n) X' a", "w0 - (2/n) X a", "edit:missing-transpose"),
        ("w0 - (2/n) X' a", "w0 - 2 X' a", "edit:missing-division"),
        ("w0 - (2/n) X' a", "w0 + (2/n) X' (t - X w0) / 1", "correct"),
        ("w0 - (2/n) X' a", "w0 + (2/n) X' a", "edit:sign"),
        ("sigma'(z) .* t", "sigma(z) .* t", "edit:missing-prime"),
        ("sigma'(z) .* t", "sigma'(z) t", "edit:not-elementwise"),
        ("sigma'(z) .* t", "n sigma'(z)^3", "wrong"),
        ("X' t", "X t + X t t", "shape"),
    ],
)
def test_a_slip_nobody_declared_is_named(expected: str, text: str, code: str) -> None:
    assert _judge({"expected": expected}, text).code == code


def test_of_several_accepted_formulas_the_nearest_says_what_is_wrong() -> None:
    options: dict[str, object] = {"accept": [{"expected": "X' t + w0"}, {"expected": "X' a"}]}
    verdict = _judge(options, "X a")
    assert verdict.code == "edit:missing-transpose"


def test_a_declared_mistake_wins_over_a_slip_that_is_found() -> None:
    options: dict[str, object] = {
        "expected": "W2' w0",
        "mistakes": [{"is": "W2 w0", "credit": "0.4", "say": "Transpose W2."}],
    }
    assert _judge(options, "W2 w0").message == "Transpose W2."


def test_a_declared_mistake_that_does_not_conform_is_recognised_in_other_forms() -> None:
    options: dict[str, object] = {
        "expected": "W2' (w0 + w0)",
        "mistakes": [{"is": "W2 (w0 + w0)", "credit": "0.4", "say": "Transpose W2."}],
    }
    assert _judge(options, "2 W2 w0").message == "Transpose W2."
    assert _judge(options, "W2 W2 w0").code == "shape"


def test_a_declared_mistake_that_conforms_nowhere_is_recognised_as_written() -> None:
    options: dict[str, object] = {
        "expected": "sigma'(z) .* t",
        "mistakes": [{"is": "sigma'(z) t", "credit": "0.8", "say": "Entry by entry."}],
    }
    assert _judge(options, r"\sigma'(z) t").credit == Fraction(8, 10)


def test_the_transposed_result_is_accepted_with_a_note_unless_the_rubric_says_column() -> None:
    verdict = _judge({"expected": "X' a"}, "a' X")
    assert verdict.outcome == Outcome.CORRECT
    assert any(isinstance(note, Note) and "layout" in note.text for note in verdict.evidence)
    assert _judge({"expected": "X' a", "layout": "column"}, "a' X").outcome == Outcome.INCORRECT


def test_two_readings_of_which_one_is_right_go_to_a_person() -> None:
    verdict = _judge({"expected": "X' t / (2 n)"}, "X' t / 2n")
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.UNDECIDED, None, "two-readings")


@pytest.mark.parametrize(
    "text",
    [
        "the answer is clear",
        "X' q",
        "nan",
        "X' t <= 3",
        "1" * 100,
        "(" * 10_000,
        "<script>",
        "X' t, a b",
        "9**9**9 t",
    ],
)
def test_what_cannot_be_read_is_never_marked(text: str) -> None:
    with pytest.raises(StudentError):
        _judge(RATE, text)


def test_abbreviations_of_abbreviations_are_bounded() -> None:
    definitions = ", ".join(
        f"{a} = {b}{b}{b}{b}{b}{b}{b}{b}" for a, b in ("AB", "BC", "CD", "DE", "EF", "FG")
    )
    with pytest.raises(StudentError):
        _judge({"expected": "n"}, f"A + A, {definitions.replace('G', ' n ')}")


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"expected": "X a"}, ("expected",)),
        ({"expected": "q"}, ("expected",)),
        ({"expected": "(X'X)^-1 X' t"}, ("expected",)),
        ({"expected": "t", "mistakes": [{"is": "q", "credit": "0", "say": "-"}]}, ("mistakes", 0, "is")),
    ],
)
def test_a_rubric_that_expects_what_has_no_value_is_a_fault(
    options: dict[str, object], path: tuple[object, ...]
) -> None:
    with pytest.raises(OptionError) as fault:
        expression.prepare(expression.Options.model_validate(options), SETTING)
    assert fault.value.path == path
