"""Vectors and matrices of numbers."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import numpy as np
import pytest

from grader.checks import OptionError, Setting, array
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, EntryMap, Notation, Note, Outcome, Place, Verdict

JACOBIAN = ((1, 2, 3), (2, 4, 6), (3, 6, 9))
SETTING = Setting(
    NONE,
    {
        "jacobian": lambda: JACOBIAN,
        "inner_product": lambda: 14,
        "z": lambda: (6, 12, 18),
        "limit": lambda: (Fraction(4, 5), Fraction(2, 5)),
        "thirds": lambda: (Fraction(2, 3), Fraction(2, 3)),
        "iterated": lambda: (0.6666666666682431, 0.6666666666632176),
        "wide": lambda: ((1, 2, 3), (4, 5, 6)),
        "numpy": lambda: np.array([[1, 2], [3, 4]]),
        "numpy_floats": lambda: np.array([0.5, 0.25]),
        "nan": lambda: (1.0, float("nan")),
        "large": lambda: tuple(tuple(range(21)) for _ in range(21)),
        "twenty": lambda: tuple(tuple(range(20)) for _ in range(20)),
        "per_neuron": lambda: (27, 4, 576, 4, 1152, 2304, 4, 50176, 1024),
        "per_layer": lambda: (21676032, 802816, 231211008, 401408),
    },
)
MATRIX = {
    "expected": "ref.jacobian",
    "mistakes": [{"is": "ref.inner_product", "credit": "0", "say": "Outer, not inner product."}],
}
VECTOR = {"expected": "ref.z", "mistakes": [{"is": "[14, 28, 42]", "credit": "0.3", "say": "v'v was used."}]}
LIMIT = {"expected": "ref.limit"}


def prepared(options: Mapping[str, object]) -> array.Prepared:
    return array.prepare(array.Options.model_validate(options), SETTING)


def judge(text: str, options: Mapping[str, object] = MATRIX, notation: Notation = "plain") -> Verdict:
    return array.judge(prepared(options), Answer("2.1", text, Place("a.yaml"), notation))


@pytest.mark.parametrize(
    "text",
    [
        "[[1, 2, 3], [2, 4, 6], [3, 6, 9]]",
        "[[1 2 3]\n [2 4 6]\n [3 6 9]]",
        "[[1. 2. 3.]\n [2. 4. 6.]\n [3. 6. 9.]]",
        "[1 2 3; 2 4 6; 3 6 9]",
        "np.array([[1,2,3],[2,4,6],[3,6,9]])",
        "array([[1, 2, 3],\n       [2, 4, 6],\n       [3, 6, 9]])",
        r"\begin{pmatrix}1&2&3\\2&4&6\\3&6&9\end{pmatrix}",
        r"$$J = \begin{bmatrix} 1 & 2 & 3 \\ 2 & 4 & 6 \\ 3 & 6 & 9 \end{bmatrix}$$",
        "((1,2,3),(2,4,6),(3,6,9))",
        "[[1, 2, 3], [2, 2*2, 6], [3, 6, 18/2]]",
        "J = [[1, 2, 3], [2, 4, 6], [3, 6, 9]].",
    ],
)
def test_a_matrix_is_read_in_every_way_it_is_typed(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, Fraction(1))


@pytest.mark.parametrize(
    "text",
    [
        "(6, 12, 18)",
        "[6, 12, 18]",
        "6, 12, 18",
        "[[6], [12], [18]]",
        "[[6, 12, 18]]",
        "6 * (1, 2, 3)",
        r"6\begin{pmatrix}1\\2\\3\end{pmatrix}",
        r"(6, 12, 18)^\top",
        "[6. 12. 18.]",
        "z = v(v'y) = (6, 12, 18)",
        "(1,2,3)*6 = (6, 12, 18)",
        "(12, 24, 36)/2",
        "-(-6, -12, -18)",
        "(1, 2, 3) + (5, 10, 15)",
        "(6, 12, 18) as asked",
    ],
)
def test_a_vector_may_be_a_list_a_row_or_a_column(text: str) -> None:
    assert judge(text, VECTOR).outcome is Outcome.CORRECT


def test_a_row_for_a_column_is_noted() -> None:
    options = {"expected": "[[6], [12], [18]]"}
    verdict = judge("[[6, 12, 18]]", options)
    assert verdict.outcome is Outcome.CORRECT
    assert any(isinstance(e, Note) and e.kind == "convention" for e in verdict.evidence)


def test_an_exact_layout_tells_rows_from_columns() -> None:
    options = {"expected": "[[6], [12], [18]]", "layout": "exact"}
    assert judge("[[6], [12], [18]]", options).outcome is Outcome.CORRECT
    assert judge("[[6, 12, 18]]", options).code == "shape"


def test_wrong_entries_are_named_and_mapped() -> None:
    verdict = judge("[[1, 2, 3], [2, 4, 0], [3, 6, 9]]")
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.INCORRECT, Fraction(0), "entries")
    assert verdict.message == "Entry (2, 3) is not the expected one."
    (entries,) = (e for e in verdict.evidence if isinstance(e, EntryMap))
    assert entries.got == (("1", "2", "3"), ("2", "4", "0"), ("3", "6", "9"))
    assert entries.right == ((True,) * 3, (True, True, False), (True,) * 3)


def test_several_wrong_entries_are_counted() -> None:
    assert judge("[[0, 2, 3], [2, 4, 0], [3, 6, 9]]").message == (
        "2 of 9 entries are not the expected ones: Entry (1, 1) and Entry (2, 3)."
    )


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("[6, 12, 18]", Fraction(1)),
        ("[6, 12, 17]", Fraction(2, 3)),
        ("[6, 0, 17]", Fraction(1, 3)),
        ("[1, 2, 3]", Fraction(0)),
        ("[6, 6, 6]", Fraction(0)),
        ("[0, 0, 0]", Fraction(0)),
        ("[6, 12]", Fraction(0)),
    ],
)
def test_credit_per_entry_is_the_share_of_right_entries_but_a_constant_earns_none(
    text: str, credit: Fraction
) -> None:
    assert judge(text, {**VECTOR, "credit": "per entry"}).credit == credit


FEW: Mapping[str, object] = {**VECTOR, "few_wrong": {"at_most": "1", "credit": "0.8", "say": "A slip."}}


@pytest.mark.parametrize(
    ("text", "credit"),
    [
        ("[6, 12, 18]", Fraction(1)),
        ("[6, 12, 17]", Fraction(4, 5)),
        ("[6, 12, 1e999]", Fraction(4, 5)),
        ("[14, 28, 42]", Fraction(3, 10)),
        ("[6, 0, 17]", Fraction(0)),
        ("[6, 6, 6]", Fraction(0)),
        ("[6, 12]", Fraction(0)),
    ],
)
def test_few_wrong_entries_earn_what_the_rubric_gives_for_them(text: str, credit: Fraction) -> None:
    assert judge(text, FEW).credit == credit


def test_a_constant_earns_nothing_where_it_meets_all_entries_but_few() -> None:
    options = {"expected": "[0, 0, 5]", "few_wrong": {"at_most": "1", "credit": "0.8"}}
    assert judge("[0, 0, 0]", options).credit == 0
    assert judge("[0, 1, 5]", options).credit == Fraction(4, 5)


def test_few_wrong_entries_are_named_with_the_words_of_the_rubric_and_mapped() -> None:
    verdict = judge("[6, 12, 17]", FEW)
    assert (verdict.outcome, verdict.code) == (Outcome.PARTIAL, "few-wrong")
    assert verdict.message == "Entry 3 is not the expected one. A slip."
    (entries,) = (e for e in verdict.evidence if isinstance(e, EntryMap))
    assert entries.right == ((True, True, False),)


def test_few_wrong_entries_are_a_declared_mistake_where_others_wait_for_a_person() -> None:
    options = {**FEW, "otherwise": "person"}
    assert judge("[6, 12, 17]", options).credit == Fraction(4, 5)
    assert judge("[6, 0, 17]", options).outcome is Outcome.UNDECIDED


def test_credit_for_wrong_entries_is_given_in_one_way() -> None:
    with pytest.raises(OptionsError, match="either `credit: per entry` or `few_wrong:`"):
        array.Options.model_validate({**FEW, "credit": "per entry"})


@pytest.mark.parametrize("text", ["14", "[14]", "[[14]]"])
def test_a_number_for_a_matrix_meets_its_declared_mistake_only_as_a_number(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.INCORRECT, Fraction(0))
    assert verdict.code in ("mistake-1", "shape")


def test_a_declared_mistake_wins_over_credit_per_entry() -> None:
    verdict = judge("[14, 28, 42]", {**VECTOR, "credit": "per entry"})
    assert (verdict.outcome, verdict.credit, verdict.code) == (
        Outcome.PARTIAL,
        Fraction(3, 10),
        "mistake-1",
    )


def test_shapes_come_before_values() -> None:
    verdict = judge("[[1, 2, 3], [2, 4, 6]]")
    assert (verdict.outcome, verdict.code) == (Outcome.INCORRECT, "shape")
    assert verdict.message == "This is a 2 x 3 array; expected is a 3 x 3 array."


@pytest.mark.parametrize("text", ["[[1, 4], [2, 5], [3, 6]]", "[[1, 3], [2, 4]]"])
def test_a_transposed_matrix_is_told_so(text: str) -> None:
    options = {"expected": "ref.wide" if text.count("[") == 4 else "ref.numpy"}
    verdict = judge(text, options)
    assert verdict.outcome is Outcome.INCORRECT
    assert Note("hint", "This is the transpose of the expected array.") in verdict.evidence


@pytest.mark.parametrize(
    "text", ["(0.8, 0.4)", "[4/5, 2/5]", "(0.800, 0.400)", r"(\frac45, \frac25)", "w = (0.8, 0.4)"]
)
def test_exact_fractions_may_be_typed_as_decimals(text: str) -> None:
    assert judge(text, LIMIT).outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    ("text", "right"), [("(2/3, 2/3)", True), ("(0.667, 0.667)", True), ("(0.66, 0.66)", False)]
)
def test_decimals_are_rounded_to_three_figures(text: str, right: bool) -> None:
    assert (judge(text, {"expected": "ref.thirds"}).outcome is Outcome.CORRECT) is right


@pytest.mark.parametrize(
    ("text", "right"), [("(2/3, 2/3)", True), ("(0.6667, 0.6667)", True), ("(0.668, 0.666)", False)]
)
def test_a_tolerance_is_for_each_entry(text: str, right: bool) -> None:
    options = {"expected": "ref.iterated", "tolerance": {"abs": "1e-3"}}
    assert (judge(text, options).outcome is Outcome.CORRECT) is right


def test_numpy_values_of_a_reference_are_read() -> None:
    assert judge("[[1, 2], [3, 4]]", {"expected": "ref.numpy"}).outcome is Outcome.CORRECT


def test_conventions_of_different_length_are_told_apart_and_named() -> None:
    options = {
        "accept": [
            {"expected": "ref.per_neuron", "as": "per neuron"},
            {"expected": "ref.per_layer", "as": "per layer"},
        ]
    }
    verdict = judge("21,676,032; 802,816; 231,211,008; 401,408".replace(",", ""), options)
    assert verdict.outcome is Outcome.CORRECT
    assert Note("convention", "Counted as: per layer.") in verdict.evidence
    verdict = judge("27, 4, 576, 4, 1152, 2304, 4, 50,176, 1024", options)
    assert verdict.code == "shape"
    assert "a list of 9 or a list of 4" in verdict.message
    assert "thousands" in str(verdict.evidence)


def test_sides_that_differ_are_for_a_person() -> None:
    assert judge("(1, 2, 3) = (6, 12, 18)", VECTOR).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a matrix",
        "[[1, 2, 3], [2, 4], [3, 6, 9]]",
        "[[1, 2], 3]",
        "[[[1, 2], [3, 4]], [[5, 6], [7, 8]]]",
        "[1, 2",
        "[NaN, 1, 2]",
        "[1, nan, 2]",
        "[inf, 1, 2]",
        "[1/0, 1, 2]",
        "[a, b, c]",
        "[9**9**9, 1, 1]",
        "(1,2,3)(4,5,6)",
        "(1, 2) + (1, 2, 3)",
        "<script>alert(1)</script>",
        "[" * 10_000 + "1" + "]" * 10_000,
        "[" + "1, " * 300_000 + "1]",
        "__import__('os')",
        "np.array([__import__('os').getpid()])",
    ],
)
def test_what_is_not_an_array_of_numbers_is_unreadable(text: str) -> None:
    with pytest.raises(StudentError):
        judge(text)


def test_a_large_array_has_a_bounded_entry_map() -> None:
    zeros = "[" + ", ".join(["[" + ", ".join("0" * 20) + "]"] * 20) + "]"
    verdict = judge(zeros, {"expected": "ref.twenty"})
    (entries,) = (e for e in verdict.evidence if isinstance(e, EntryMap))
    assert (len(entries.got), len(entries.got[0])) == (20, 20)
    assert len(verdict.message) < 200


@pytest.mark.parametrize(
    ("options", "path"),
    [
        ({"expected": "ref.iterated"}, ("tolerance",)),
        ({"expected": "ref.numpy_floats"}, ("tolerance",)),
        ({"expected": "ref.nan", "tolerance": {"abs": "1"}}, ("expected",)),
        ({"expected": "ref.large"}, ("expected",)),
        ({"expected": "ref.jacobain"}, ("expected",)),
        ({"expected": "[[1, 2], [3]]"}, ("expected",)),
        ({"expected": "[1, 2]", "few_wrong": {"at_most": "2", "credit": "1"}}, ("few_wrong", "at_most")),
    ],
)
def test_an_option_at_fault_is_named(options: Mapping[str, object], path: tuple[object, ...]) -> None:
    with pytest.raises(OptionError) as error:
        prepared(options)
    assert error.value.path == path


def test_expected_values_may_be_yaml_lists() -> None:
    assert judge("[[1, 2], [3, 4]]", {"expected": [["1", "2"], ["3", "4"]]}).outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    "options",
    [
        MATRIX,
        VECTOR,
        LIMIT,
        {"expected": "ref.iterated", "tolerance": {"abs": "1e-3"}},
        {"expected": "-[1, 2]/sqrt(5)"},
        FEW,
        *(
            {"expected": expected, "few_wrong": {"at_most": "1", "credit": "0.8"}}
            for expected in ("ref.jacobian", "(6, 12, 18)", "[[1], [2]]", "[[1, 2]]", "ref.twenty")
        ),
    ],
)
def test_samples_get_the_credit_they_declare(options: Mapping[str, object]) -> None:
    for sample in array.samples(prepared(options)):
        assert judge(sample.text, options).credit == sample.credit
