"""Yes or no in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from grader.checks import OptionError, Setting, yes_no
from grader.checks._common import FULL, NOTHING
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.types import Answer, Checklist, Outcome, Place, Verdict

SETTING = Setting(NONE, {})
CONVEX = {"yes_words": ["convex"], "no_words": ["concave"]}


def judge(text: str, options: Mapping[str, Sequence[str]] | None = None, expected: str = "yes") -> Verdict:
    prepared = yes_no.prepare(
        yes_no.Options.model_validate({"expected": expected, **(options or {})}), SETTING
    )
    return yes_no.judge(prepared, Answer("1.1.2", text, Place("a.md")))


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "Yes.",
        "YES!",
        "**Yes**, because every gradient lies in the row space.",
        r"\textbf{Yes}, it does.",
        "(a) Yes, it stays there.",
        "Answer: yes",
        "The answer is yes.",
        "Does momentum keep this? Yes: the velocity stays in the span.",
        "True",
        "y",
        "Yes, no matter what the learning rate is.",
        "- yes - the same argument holds",
        "Momentum starts at zero. Yes, it still converges there.",
    ],
)
def test_a_plain_yes_is_read(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit, verdict.read) == (Outcome.CORRECT, FULL, "yes")


@pytest.mark.parametrize(
    "text",
    [
        "no",
        "No, AdaGrad rescales every coordinate.",
        "Nope.",
        "Not necessarily: the limit depends on the scaling.",
        "Not always.",
        "False.",
        "No because the sign decides.",
        "verdict: no",
        "Is it always so? No.",
        "The limit is another point, hence no.",
        "n",
    ],
)
def test_a_plain_no_is_read(text: str) -> None:
    verdict = judge(text, expected="no")
    assert (verdict.outcome, verdict.read) == (Outcome.CORRECT, "no")


def test_the_other_word_is_wrong_and_is_quoted() -> None:
    verdict = judge("No, momentum changes the direction.")
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.INCORRECT, NOTHING, "other-answer")
    assert "no, momentum" in str(verdict.evidence)


def test_the_other_word_is_wrong_even_where_a_reason_is_asked() -> None:
    assert judge("No.", {"reason": ["span"]}).outcome is Outcome.INCORRECT


def test_the_right_word_with_a_reason_waits_for_a_person() -> None:
    verdict = judge("Yes, it stays in the span.", {"reason": ["starts at zero", "span"]})
    assert (verdict.outcome, verdict.credit, verdict.code) == (Outcome.UNDECIDED, None, "reason")
    assert verdict.read == "yes"
    assert Checklist(("starts at zero", "span")) in verdict.evidence


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Yes. Then again: no.", "conflicting"),
        ("Yes and no", "no-stance"),
        ("It depends on the learning rate.", "no-stance"),
        ("No doubt this is an interesting question.", "no-stance"),
        ("No learning rate was given.", "no-stance"),
        ("Is it yes or no?", "no-stance"),
        ("yesterday we saw", "no-stance"),
        ("Nowhere", "no-stance"),
        ("maybe", "no-stance"),
        ("True gradients stay in the span", "no-stance"),
        ("42", "no-stance"),
        ("1", "no-stance"),
    ],
)
def test_what_is_not_a_plain_word_waits_for_a_person(text: str, code: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.code) == (Outcome.UNDECIDED, code)


@pytest.mark.parametrize(
    ("text", "stance"),
    [
        ("The loss is convex in eta.", "yes"),
        ("It is convex, because it is a square of an affine function.", "yes"),
        ("The loss is not convex.", "no"),
        ("It isn't convex.", "no"),
        ("It isn’t convex", "no"),
        ("A non-convex function", "no"),
        ("The loss is concave.", "no"),
        ("L is not concave", "yes"),
        ("It is never convex.", "no"),
        ("It cannot be convex", "no"),
        ("The second derivative is positive so it is convex", "yes"),
    ],
)
def test_the_rubrics_words_are_read_with_their_negation(text: str, stance: str) -> None:
    assert judge(text, CONVEX).read == stance


@pytest.mark.parametrize(
    "text",
    [
        "We check whether the loss is convex.",
        "If it is convex we are done.",
        "It is convex for t = 1 but not convex for larger t.",
        "Suppose L is convex.",
        "Is L convex?",
        "nonconvexity",
        "We need to show that it is convex.",
        "It is not true that L is not convex.",
        "No other function is convex",
        "We do not know that it is convex",
        "It is not strictly convex",
        "Convex functions are not the point here",
        "It fails to be convex or concave",
    ],
)
def test_clauses_that_ask_or_contradict_are_never_guessed(text: str) -> None:
    assert judge(text, CONVEX).outcome is Outcome.UNDECIDED


def test_a_leading_word_and_a_contradicting_clause_conflict() -> None:
    assert judge("Yes. The loss is not convex.", CONVEX).code == "conflicting"


def test_the_passage_is_read_where_there_is_no_text() -> None:
    prepared = yes_no.prepare(yes_no.Options(expected="no"), SETTING)
    verdict = yes_no.judge(prepared, Answer("1", "", Place("a.md"), passage="No, never."))
    assert verdict.outcome is Outcome.CORRECT


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert('yes')</script>",
        "(" * 10_000,
        "9**9**9",
        "NaN",
        "no" * 500_000,
        "not " * 250_000,
        "a, " * 300_000,
    ],
)
def test_hostile_text_waits_for_a_person(text: str) -> None:
    assert judge(text, CONVEX).outcome is Outcome.UNDECIDED


@pytest.mark.parametrize("options", [{"expected": "maybe"}, {"expected": "yes", "yes_word": ["a"]}, {}])
def test_options_that_cannot_be_used_are_refused(options: dict[str, object]) -> None:
    with pytest.raises(OptionsError):
        yes_no.Options.model_validate(options)


def test_a_word_cannot_mean_both() -> None:
    with pytest.raises(OptionError, match="convex"):
        judge("yes", {"yes_words": ["convex"], "no_words": ["Convex"]})


def test_a_bare_yes_of_yaml_is_a_word() -> None:
    assert yes_no.Options.model_validate({"expected": True}).expected == "yes"


@pytest.mark.parametrize("reason", [(), ("span",)])
def test_samples_get_the_credit_they_declare(reason: tuple[str, ...]) -> None:
    prepared = yes_no.prepare(yes_no.Options(expected="no", reason=reason), SETTING)
    for sample in yes_no.samples(prepared):
        assert yes_no.judge(prepared, Answer("1", sample.text, Place("a.md"))).credit == sample.credit


def test_the_hypothesis_of_the_question_is_no_doubt() -> None:
    pattern = yes_no._pattern(("unique",))
    for text, stance in (
        ("Clearly, w is unique if it exists.", "yes"),
        ("It is not unique if it exists.", "no"),
    ):
        assert [one.stance for one in yes_no.stances(text, pattern)] == [stance]
    assert not list(yes_no.stances("It is unique if the rate is small.", pattern))
