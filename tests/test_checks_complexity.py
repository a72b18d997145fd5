"""Costs as orders of growth."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, complexity
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, Note, Outcome, Place, Verdict

SETTING = Setting(NONE, {"order": lambda: "n^2", "number": lambda: 1})
SQUARE = {
    "expected": "n^2",
    "variables": ["n"],
    "mistakes": [
        {"is": "n^3", "credit": "0.3", "say": "One multiplication per entry is enough."},
        {"is": "0", "credit": "0.25", "say": "The matrix must be formed once."},
    ],
}
STEPS = {
    "expected": "t",
    "variables": ["t"],
    "mistakes": [{"is": "1", "credit": "0.5", "say": "Iterates are kept."}],
}
SEVERAL = {"expected": "n d", "variables": ["n", "d"]}


def prepared(options: Mapping[str, object]) -> complexity.Prepared:
    return complexity.prepare(complexity.Options.model_validate(options), SETTING)


def judge(text: str, options: Mapping[str, object] = SQUARE) -> Verdict:
    return complexity.judge(prepared(options), Answer("2.2.time", text, Place("a.yaml")))


@pytest.mark.parametrize(
    "text",
    [
        "O(n^2)",
        "n^2",
        "n²",
        "O(n²)",
        r"\mathcal{O}(n^2)",
        r"$\mathcal O(n^{2})$",
        r"\Theta(n^2)",
        r"O\left(n^2\right)",
        "Theta(n^2)",
        "Θ(n^2)",
        "O(n**2)",
        "quadratic",
        "Quadratic in n",
        "quadratic time",
        "n squared",
        "O(n squared)",
        "n(n+1)/2",
        "O(n(n+1)/2)",
        r"\frac{n(n+1)}{2}",
        "O(n^2) time",
        "It takes O(n^2) multiplications, one for each entry.",
        "O(3n^2 + n)",
        "quadratic, O(n^2)",
        "O(n^2) = O(n*n)",
        "time = O(n^2)",
        "n*n",
        "O(n^2) up to a constant factor",
        "n^2 multiplications",
    ],
)
def test_the_same_order_is_right_however_it_is_written(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, Fraction(1))


@pytest.mark.parametrize("text", ["n(n+1)/2", "O(2n^2)", "O(n^2 + n)"])
def test_the_right_order_that_is_not_the_simplest_gets_a_remark(text: str) -> None:
    verdict = judge(text)
    assert verdict.outcome is Outcome.CORRECT
    assert any(isinstance(e, Note) and "n^2" in e.text for e in verdict.evidence)


@pytest.mark.parametrize(
    "text", ["O(n)", "linear", "O(1)", "O(n log n)", "n log n", "nlogn", "O(2^n)", "O(n^2.5)", "O(n^2 log n)"]
)
def test_another_order_is_wrong(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.INCORRECT, Fraction(0), "different")


@pytest.mark.parametrize("text", ["O(n^3)", "cubic", "n cubed", r"\mathcal{O}(n^3)"])
def test_a_declared_mistake_earns_its_credit(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.PARTIAL, Fraction(3, 10), "mistake-1")


@pytest.mark.parametrize(
    "text",
    [
        "0",
        "O(0)",
        "no cost",
        "No cost, because J is constant.",
        "zero",
        "none",
        "free",
        "There is no cost at all",
        "It has zero cost, since J is constant",
    ],
)
def test_no_cost_is_an_order_of_its_own(text: str) -> None:
    assert judge(text).code == "mistake-2"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("O(t)", "correct"),
        ("O(t) memory", "correct"),
        ("linear in t", "correct"),
        ("linear", "correct"),
        ("memory grows linearly", "correct"),
        ("O(1)", "mistake-1"),
        ("constant", "mistake-1"),
        ("constant memory", "mistake-1"),
        ("O(log t)", "different"),
    ],
)
def test_words_and_formulas_mean_the_same(text: str, code: str) -> None:
    assert judge(text, STEPS).code == code


@pytest.mark.parametrize(
    ("text", "right"), [("O(nd)", True), ("O(n d)", True), ("O(dn + n)", True), ("O(n + d)", False)]
)
def test_several_variables_may_grow(text: str, right: bool) -> None:
    assert (judge(text, SEVERAL).outcome is Outcome.CORRECT) is right


@pytest.mark.parametrize(
    "text",
    [
        "time O(n^2) and memory O(n)",
        "O(n^2) or O(n^3)",
        "O(n) instead of O(n^2)",
        "It is not O(n^2)",
        "not quadratic",
        "linear or quadratic",
        "Omega(n^2)",
        r"\Omega(n^2)",
        "o(n^2)",
        r"\tilde{O}(n^2)",
        "O(n^n)",
    ],
)
def test_what_names_several_orders_or_only_a_bound_is_for_a_person(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("O(n^2) <script>alert(1)</script>", "<script>alert(1)</script>"),
        ("O(n^2) because J has n^2 entries.", "because J has n^2 entries"),
        ("It takes O(n^2) products, one for each entry", "It takes … products, one for each entry"),
        ("each of the n rows costs n, so O(n^2)", "each of the n rows costs n, so"),
        ("n rows of n entries: O(n^2)", "n rows of n entries"),
        ("O(n^2) (n(n+1)/2 by symmetry)", "(n(n+1)/2 by symmetry)"),
        ("O(n^2), where n = 3", "where n = 3"),
        ("quadratic, as J has n x n entries", "as J has n x n entries"),
        ("**O(n^2)** for the n^2 entries", "for the n^2 entries"),
        ("O(n^2) " + "because " * 30, "because " * 10 + "…"),
        ("none <script>", "<script>"),
    ],
)
def test_what_was_not_read_beside_a_cost_is_noted(text: str, left: str) -> None:
    verdict = judge(text)
    assert verdict.outcome in (Outcome.CORRECT, Outcome.PARTIAL)
    assert Note("remark", f"The words “{left}” were left aside.") in verdict.evidence


@pytest.mark.parametrize(
    "text", ["time: $O(n^2)$.", "T(n) = O(n^2)", "**Time:** O(n^2)", "`O(n^2)`", "- O(n^2)", "*quadratic*"]
)
def test_a_label_and_markup_are_not_worth_a_note(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.evidence) == (Outcome.CORRECT, ())


@pytest.mark.parametrize(
    "text",
    [
        "O(n^2) per row",
        "O(n^2) per row, O(n^3) in all",
        "O(n^2) per entry, n^3 in all",
        "n^2 for each row",
        "quadratic per row",
        "quadratic, n^3 in all",
        "For each row O(n)",
        "O(n) for each of n rows",
        "O(n) for n rows",
        "O(n) for all n rows",
        "n times O(n)",
        "n O(n)",
        r"$n \cdot O(n)$",
        "O(n) * n",
        "O(n)*O(n)",
        "O(n) O(n)",
        "O(n)^2",
        "O(n^3)/n",
        "O(n) + n^2",
        "O(n) squared",
        "O(n^2) if X is dense",
        "O(n^2), but can be less",
        "O(n^2) amortized",
        "at least O(n^2)",
        "no cost but O(n^2) memory",
        "no cost but quadratic memory",
        "O(n) multiplications and n^2 additions",
    ],
)
def test_words_that_may_change_a_cost_are_for_a_person(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)
    assert verdict.code in ("context", "several-values")


def test_the_words_that_may_change_a_cost_are_quoted() -> None:
    verdict = judge("O(n^2) per row")
    assert verdict.message == "“per row” may change what O(n^2) means; a person decides."
    assert verdict.read == "n^2"


@pytest.mark.parametrize(
    "text",
    [
        "O(1), independent of t",
        "O(1): only the current w is kept",
        "constant, whatever t is",
        "memory O(1), since each step overwrites w",
    ],
)
def test_a_reason_that_names_what_grows_changes_nothing(text: str) -> None:
    assert judge(text, STEPS).code == "mistake-1"


def test_a_word_without_its_variable_is_for_a_person_where_there_are_several() -> None:
    assert judge("quadratic", SEVERAL).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "fast",
        "O(m^2)",
        "O(n^2",
        "O()",
        "depends on the input",
        "NaN",
        "O(inf)",
        "O(-n)",
        "O(n^(9**9**9))",
        "9**9**9",
        "O(" * 5_000,
        "(" * 10_000,
        "n" * 1_000_000,
        "n" * 2_000,
        "2" + "**n" * 900,
        "<script>alert(1)</script>",
    ],
)
def test_what_names_no_order_is_unreadable(text: str) -> None:
    with pytest.raises(StudentError):
        judge(text)


@pytest.mark.parametrize(
    "options",
    [
        {"expected": "m^2", "variables": ["n"]},
        {"expected": "n^n", "variables": ["n"]},
        {"expected": "ref.ordr", "variables": ["n"]},
    ],
)
def test_an_expected_order_that_cannot_be_used_is_refused(options: Mapping[str, object]) -> None:
    with pytest.raises(OptionError):
        prepared(options)


def test_the_variables_must_be_named() -> None:
    with pytest.raises(OptionsError):
        complexity.Options.model_validate({"expected": "n"})


@pytest.mark.parametrize(
    "options",
    [
        SQUARE,
        STEPS,
        SEVERAL,
        {"expected": "ref.order", "variables": ["n"]},
        {"expected": "ref.number", "variables": ["n"]},
    ],
)
def test_samples_get_the_credit_they_declare(options: Mapping[str, object]) -> None:
    for sample in complexity.samples(prepared(options)):
        assert judge(sample.text, options).credit == sample.credit


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("We do not form each entry twice. The cost is quadratic.", Outcome.CORRECT),
        ("Instead of $v^Tv$ we need $vv^T$. All in all it has quadratic cost.", Outcome.CORRECT),
        ("The naive way computes entries twice. That is cubic.", Outcome.UNDECIDED),
        ("It is not cubic. It is quadratic.", Outcome.UNDECIDED),
        ("Not O(n^3). Only O(n^2).", Outcome.UNDECIDED),
        ("It is quadratic. We do not do that.", Outcome.UNDECIDED),
    ],
)
def test_a_sentence_before_that_denies_something_else_only_takes_no_points(
    text: str, outcome: Outcome
) -> None:
    assert judge(text).outcome is outcome
