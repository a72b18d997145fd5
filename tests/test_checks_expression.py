"""A formula is right, a known mistake, wrong with a counterexample, or left to a person: never guessed."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, expression
from grader.errors import StudentError
from grader.maths.names import declare
from grader.options import OptionsError
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


def test_a_declared_answer_may_be_left_to_a_person() -> None:
    options: dict[str, object] = {
        "expected": "W2' w0",
        "mistakes": [{"is": "2 W2' w0", "credit": "person", "say": "Twice as much: which data were meant?"}],
    }
    verdict = _judge(options, "W2' (w0 + w0)")
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)
    assert (verdict.code, verdict.message) == ("mistake-1", "Twice as much: which data were meant?")


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


@pytest.mark.parametrize(
    ("text", "advice"),
    [
        ("w1 = w0 - (2/n) X' a = w0 - 2 X' a", "The step from w0 - 2 / n * X' * a to w0 - 2 * X' * a"),
        ("w0 - (2/n) X' a = w0 - (2/n) X a", "The step from"),
        ("w1 = w0 - 2 X' a = w0 - 2 X' X w0 + 2 X' t", None),
        ("w1 = w0 - 2 X' a", None),
    ],
)
def test_in_a_wrong_chain_the_first_step_that_does_not_follow_is_shown(text: str, advice: str | None) -> None:
    verdict = _judge({"expected": "w0 - (2/n) X' a"}, text)
    hints = [note.text for note in verdict.evidence if isinstance(note, Note) and note.kind == "hint"]
    assert verdict.outcome == Outcome.INCORRECT
    assert len(hints) == (advice is not None)
    assert advice is None or hints[0].startswith(advice)


# --- forms -----------------------------------------------------------------------------------------

SCALARS = Setting(declare({"x": {"scalar": "real"}, "y": {"scalar": "real"}}), {}, b"a secret of the tests")


def _judge_scalars(options: dict[str, object], text: str) -> Verdict:
    prepared = expression.prepare(expression.Options.model_validate(options), SCALARS)
    return expression.judge(prepared, Answer("1", text, Place("a.md", line=1)))


@pytest.mark.parametrize(
    ("expected", "form", "right", "other"),
    [
        ("x^2 - 1", "factored", "(x + 1)(x - 1)", "x^2 - 1"),
        ("(x + 1)^2", "expanded", "1 + 2 x + x^2", "(x + 1)(x + 1)"),
        ("1/2", "lowest terms", "1/2", "2/4"),
        ("1/3", ["no decimals", "lowest terms"], "1/3", "3/9"),
        ("x^(1/2)", "no sqrt", None, "sqrt(x)"),
    ],
)
def test_a_right_formula_must_have_the_form_that_is_asked_for(
    expected: str, form: object, right: str | None, other: str
) -> None:
    options: dict[str, object] = {"expected": expected, "form": form}
    if right is not None:
        assert _judge_scalars(options, right).credit == 1
    verdict = _judge_scalars(options, other)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.INCORRECT, Fraction(0), "form")
    assert verdict.message.startswith("The value is right, but not in the form asked for")


def test_a_rubric_may_give_credit_for_another_form() -> None:
    options: dict[str, object] = {
        "expected": "(x + 1)(x - 1)",
        "form": "factored",
        "wrong_form": {"credit": "0.5", "say": "Factor it."},
    }
    verdict = _judge_scalars(options, "x^2 - 1")
    assert (verdict.outcome, verdict.credit) == (Outcome.PARTIAL, Fraction(1, 2))
    assert verdict.message == "Factor it."
    assert any(isinstance(note, Note) and "can still be factored" in note.text for note in verdict.evidence)


def test_a_form_that_cannot_be_told_goes_to_a_person() -> None:
    verdict = _judge_scalars({"expected": "x^2 - 1", "form": "3 figures"}, "x^2 - 1")
    assert (verdict.outcome, verdict.code) == (Outcome.UNDECIDED, "form")


@pytest.mark.parametrize(
    "options",
    [
        {"expected": "x", "form": "fancy"},
        {"expected": "x", "wrong_form": {"credit": "0.5", "say": "-"}},
        {"form": "factored"},
        {},
    ],
)
def test_options_of_forms_that_cannot_be_used_are_faults(options: dict[str, object]) -> None:
    with pytest.raises(OptionsError):
        expression.Options.model_validate(options)


# --- gradients without a reference -------------------------------------------------------------------

RIDGE: dict[str, object] = {"gradient_of": {"loss": "norm(X w0 - t)^2 / n", "by": "w0"}}


@pytest.mark.parametrize(
    "text",
    ["(2/n) X' (X w0 - t)", "2/n X' a", "(2/n) (X w0 - t)' X", r"\frac{2}{n}(X^\top X w_0 - X^\top t)"],
)
def test_a_gradient_is_right_with_no_expected_formula(text: str) -> None:
    verdict = _judge(RIDGE, text)
    assert (verdict.outcome, verdict.code) == (Outcome.CORRECT, "correct")
    assert any(isinstance(note, Note) and note.kind == "proof" for note in verdict.evidence)


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ("(1/n) X' a", "constant-factor", "1/2 times the derivative of norm(X w0 - t)^2 / n by w0"),
        ("-(2/n) X' a", "constant-factor", "opposite sign"),
        ("(2/n) X' (X w0 + t)", "wrong", "not the derivative"),
        ("X w0 - t", "shape", "a vector with n entries"),
        ("X a", "shape", "conforms"),
    ],
)
def test_a_wrong_gradient_says_why(text: str, code: str, words: str) -> None:
    verdict = _judge(RIDGE, text)
    assert (verdict.outcome, verdict.code) == (Outcome.INCORRECT, code)
    assert words in verdict.message


def test_a_wrong_gradient_comes_with_a_change_that_shows_it() -> None:
    example = next(item for item in _judge(RIDGE, "(2/n) X' t").evidence if isinstance(item, Counterexample))
    assert "change of w0" in dict(example.values)


def test_declared_mistakes_go_with_a_gradient() -> None:
    options = {**RIDGE, "mistakes": [{"is": "(2/n) X a", "credit": "0.4", "say": "Transpose X."}]}
    assert _judge(options, "(2/n) X (X w0 - t)").message == "Transpose X."


def test_an_expected_formula_beside_a_loss_must_be_its_gradient_and_names_the_slip() -> None:
    options = {**RIDGE, "expected": "(2/n) X' a"}
    assert _judge(options, "(2/n) X a").code == "edit:missing-transpose"
    with pytest.raises(OptionError) as fault:
        _judge({**RIDGE, "expected": "(1/n) X' a"}, "t")
    assert fault.value.path == ("expected",)


@pytest.mark.parametrize(
    ("gradient_of", "path"),
    [
        ({"loss": "norm(q)^2", "by": "w0"}, ("gradient_of", "loss")),
        ({"loss": "X", "by": "w0"}, ("gradient_of", "loss")),
        ({"loss": "norm(w0)^2", "by": "q"}, ("gradient_of", "by")),
        ({"loss": "norm(w0)^2", "by": "a"}, ("gradient_of", "loss")),
    ],
)
def test_a_loss_that_cannot_be_differentiated_is_a_fault(
    gradient_of: dict[str, str], path: tuple[str, ...]
) -> None:
    with pytest.raises(OptionError) as fault:
        _judge({"gradient_of": gradient_of}, "w0")
    assert fault.value.path == path


def test_a_gradient_without_a_reference_offers_only_its_mistakes_as_samples() -> None:
    prepared = expression.prepare(expression.Options.model_validate(RIDGE), SETTING)
    assert expression.samples(prepared) == ()


def test_a_sum_over_examples_is_no_wrong_sum_of_entries() -> None:
    gradient: dict[str, object] = {"expected": "(2/n) X' a"}
    for text in ("2/n sum_{i=1}^n a_i z_i", "2/n sum_{i=1}^n a_i w0"):
        verdict = _judge(gradient, text)
        assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)
    with pytest.raises(StudentError, match="cannot be added"):
        _judge(gradient, "2/n sum_{i=1}^n (w0' a_i - t_i) a_i")


def test_entries_are_judged_where_the_rubric_has_entries() -> None:
    options: dict[str, object] = {"expected": "sum_{i=1}^n a_i t_i"}
    assert _judge(options, "a' t").credit == 1
    assert _judge(options, "sum_{j=1}^n t_j a_j").credit == 1
    assert _judge(options, "sum_{i=1}^n a_i").credit == 0


@pytest.mark.parametrize("text", ["log(n^2 - 100)", "2 log(-n)", "sqrt(-n)"])
def test_an_answer_that_is_complex_at_a_point_is_judged_like_any_other(text: str) -> None:
    assert _judge({"expected": "log(n) + n"}, text).outcome != Outcome.CORRECT
