"""Exact counts, as people type them."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, count
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, Notation, Note, Outcome, Place, Verdict

SETTING = Setting(
    NONE,
    {
        "parameters": lambda: 52_444_644,
        "neurons": lambda: 1_957_988,
        "neurons_with_softmax": lambda: 1_958_088,
        "ratio": lambda: Fraction(1, 2),
        "fails": lambda: 1 // 0,
    },
)
PARAMETERS = {
    "expected": "ref.parameters",
    "mistakes": [{"is": "52442816", "credit": "0.8", "say": "The biases are missing."}],
}
NEURONS = {
    "accept": [
        {"expected": "ref.neurons", "as": "pooling units counted"},
        {
            "expected": "ref.neurons_with_softmax",
            "as": "soft-max counted too",
            "note": "A table does so.",
        },
    ]
}


def prepared(options: Mapping[str, object]) -> count.Prepared:
    return count.prepare(count.Options.model_validate(options), SETTING)


def judge(text: str, options: Mapping[str, object] = PARAMETERS, notation: Notation = "plain") -> Verdict:
    return count.judge(prepared(options), Answer("3.2.parameters", text, Place("a.yaml"), notation))


@pytest.mark.parametrize(
    "text",
    [
        "52444644",
        "52,444,644",
        "52 444 644",
        r"52\,444\,644",
        "$52{,}444{,}644$",
        "52_444_644",
        "52'444'644",
        "52\u202f444\u202f644",
        "52.444.644",
        "5.2444644e7",
        "5.2444644 * 10^7",
        r"5.2444644 \times 10^7",
        "52,444,644 parameters",
        "52,444,644 parameters in total.",
        "Total: 52,444,644",
        "total parameters = 52,444,644",
        "1792 + 73,856 + 295,168 + 590,080 + 51,381,248 + 102,500",
        "1792 + 73856 + 295168 + 590080 + 51381248 + 102500 = 52444644",
        "(3*3*3+1)*64 + (3*3*64+1)*128 + (3*3*128+1)*256 + (3*3*256+1)*256 + (7*7*256*4+1)*1024 + 1025*100",
        "52444644.0",
        r"\boxed{52444644}",
    ],
)
def test_a_count_is_read_in_every_way_it_is_typed(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.CORRECT, Fraction(1), "correct")


def test_words_after_the_number_are_left_aside_and_noted() -> None:
    assert any("parameters" in str(e) for e in judge("52,444,644 parameters").evidence)


def test_what_was_read_is_said_in_plain_notation_and_in_mathml() -> None:
    verdict = judge("52,444,644")
    assert verdict.read == "52444644"
    assert verdict.mathml.startswith("<math")


@pytest.mark.parametrize("text", ["52444643", "0", "-52", "52", "3 * 3 * 64 + 64"])
def test_another_whole_number_is_wrong_and_the_right_one_is_not_given_away(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.INCORRECT, Fraction(0))
    assert verdict.code == ("near:off-by-one" if text == "52444643" else "different")
    assert verdict.message.endswith("is not the expected count.")
    assert "52,444,644" not in verdict.message


@pytest.mark.parametrize("text", ["52444644.5", "1/3", "52444644/2/2/2"])
def test_a_fraction_is_not_a_count(text: str) -> None:
    assert judge(text).code == "not-whole"


def test_an_irrational_number_is_never_marked_right() -> None:
    assert judge("sqrt(2)").outcome is not Outcome.CORRECT


def test_a_declared_mistake_earns_its_credit_and_its_words() -> None:
    verdict = judge("52,442,816")
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.PARTIAL, Fraction(4, 5), "mistake-1")
    assert verdict.message == "The biases are missing."


@pytest.mark.parametrize(
    ("text", "convention"), [("1957988", "pooling units counted"), ("1,958,088", "soft-max counted too")]
)
def test_the_convention_that_was_used_is_named(text: str, convention: str) -> None:
    verdict = judge(text, NEURONS)
    assert verdict.outcome is Outcome.CORRECT
    assert Note("convention", f"Counted as: {convention}.") in verdict.evidence


def test_the_note_of_a_convention_is_evidence() -> None:
    assert Note("remark", "A table does so.") in judge("1958088", NEURONS).evidence


def test_sides_that_differ_are_for_a_person() -> None:
    assert judge("64 * 28 = 52444644").outcome is Outcome.UNDECIDED


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "many",
        "about 52 million",
        "52 million",
        "52.4M",
        "1.124",
        "52,444,644 or 52,442,816",
        "27, 4, 576",
        "27 4 576",
        "[52444644, 1]",
        "3*3*n + 64",
        "NaN",
        "nan",
        "inf",
        "1/0",
        "9**9**9",
        "9^9^9^9",
        "<script>alert(1)</script>",
        "__import__('os').system('id')",
        "52444644; rm -rf /",
        "x" * 1_000_000,
        "9" * 1_000_000,
        "(" * 10_000 + "1" + ")" * 10_000,
        "1 = " * 2_000,
        "1e999999999",
        "n" * 4_000,
        "2" + "**1" * 1_200,
        "2" + "^1" * 700,
    ],
)
def test_what_is_not_one_number_is_unreadable(text: str) -> None:
    with pytest.raises(StudentError) as error:
        judge(text)
    assert error.value.code
    assert len(str(error.value)) < 400


@pytest.mark.parametrize("notation", ["plain", "latex", "python"])
def test_every_notation_reads_a_plain_count(notation: Notation) -> None:
    assert judge("52444644", notation=notation).outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    ("options", "path", "words"),
    [
        ({"expected": "ref.parametres"}, ("expected",), "ref.parameters"),
        ({"expected": "ref.ratio"}, ("expected",), "whole"),
        ({"expected": "ref.fails"}, ("expected",), "ZeroDivisionError"),
        ({"expected": "n + 1"}, ("expected",), "formula"),
        ({"accept": [{"expected": "1"}, {"expected": "ref.x"}]}, ("accept", 1, "expected"), "reference has"),
        (
            {"expected": "1", "mistakes": [{"is": "1/2", "credit": "0", "say": "no"}]},
            ("mistakes", 0, "is"),
            "whole",
        ),
    ],
)
def test_an_option_at_fault_is_named(
    options: Mapping[str, object], path: tuple[object, ...], words: str
) -> None:
    with pytest.raises(OptionError, match=words) as error:
        prepared(options)
    assert error.value.path == path


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"expected": "1", "accept": [{"expected": "2"}]},
        {"expected": "1", "mistake": []},
        {"expected": ""},
        {"expected": "1", "mistakes": [{"is": "2", "credit": "1.5", "say": ""}]},
        {"expected": "1", "mistakes": [{"is": "2", "credit": "nan", "say": ""}]},
        {"expected": "1", "mistakes": [{"is": "2", "credit": "most", "say": ""}]},
    ],
)
def test_options_of_the_wrong_form_are_refused(options: Mapping[str, object]) -> None:
    with pytest.raises(OptionsError):
        count.Options.model_validate(options)


@pytest.mark.parametrize("options", [PARAMETERS, NEURONS])
def test_samples_get_the_credit_they_declare(options: Mapping[str, object]) -> None:
    for sample in count.samples(prepared(options)):
        assert judge(sample.text, options).credit == sample.credit
