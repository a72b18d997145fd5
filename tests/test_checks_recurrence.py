"""Where an iteration ends on data of the student's own; the example is a drift of equal steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from types import SimpleNamespace
from typing import Any, cast

import pytest

from grader import documents, extract, marking
from grader.checks import OptionError, Setting, recurrence
from grader.errors import StudentError
from grader.maths.names import NONE
from grader.options import OptionsError
from grader.rubric import Part
from grader.types import Answer, File, Note, Outcome, Place, Verdict


def equal_steps(inputs: Any = (1, 2), labels: Any = 3, rate: Any = Fraction(1, 10)) -> Sequence[Fraction]:
    """The solution of x'w = t whose entries are equal; only small rates end there."""
    if not isinstance(inputs, tuple) or isinstance(inputs[0], tuple) or isinstance(labels, tuple):
        raise ValueError("one example")
    if rate > 1:
        raise ArithmeticError("does not converge")
    return [Fraction(labels) / sum(map(Fraction, inputs))] * len(inputs)


def shortest(inputs: Any = (1, 2), labels: Any = 3, **_: object) -> Sequence[Fraction]:
    if isinstance(inputs[0], tuple):
        raise ValueError("one example")
    return [Fraction(labels) * Fraction(x) / sum(Fraction(e) ** 2 for e in inputs) for x in inputs]


REFERENCE: Mapping[str, Any] = {"end": equal_steps, "shortest": shortest, "usual": lambda: [1, 1]}
OPTIONS: dict[str, object] = {
    "result": ["limit", "w_inf"],
    "data": [
        {"name": ["X", "x"], "as": "inputs", "needed": "yes"},
        {"name": ["t"], "as": "labels", "needed": "yes"},
        {"name": ["eta", "learning rate"], "as": "rate"},
    ],
    "run": "ref.end",
    "differs_from": "ref.shortest",
    "same": {"credit": "0.4", "say": "No counterexample."},
    "missed": {"credit": "0", "say": "This is the shortest."},
    "expected": "ref.usual",
    "otherwise": "person",
    "tolerance": {"abs": "1e-3"},
}


def judge(text: str, passage: str = "", **more: Any) -> Verdict:
    options = recurrence.Options.model_validate({**OPTIONS, **more})
    prepared = recurrence.prepare(options, Setting(NONE, REFERENCE))
    return recurrence.judge(prepared, Answer("4.3", text, Place("a.md"), passage=passage))


@pytest.mark.parametrize(
    ("text", "passage"),
    [
        ("x = (1, 3), t = 1, limit = (1/4, 1/4)", ""),
        ("x = (1, 3), t = 1, eta = 0.5, so w_inf = (0.25, 0.25)", ""),
        ("(0.25, 0.2501)", "Take $x = (1, 3)$ and $t = 1$, starting at $w_0 = 0$."),
        ("[0.25, 0.25]", "```\nx = np.array([1, 3])\nt = 1\n```"),
        ("(2, 2)", "x: (1, 2)\nt: 6\nlearning rate: 1/10"),
        ("(2, 2)", "First x = (1, 2), t = 3; then again with t = 6."),
        ("(1, 1)", ""),
        ("(1, 1)", "for t = 1, 2, 3, ... the weights move"),
    ],
)
def test_the_end_on_the_students_own_data_is_right(text: str, passage: str) -> None:
    verdict = judge(text, passage)
    assert verdict.outcome is Outcome.CORRECT, verdict.message


def test_the_evidence_says_what_was_run_and_where_it_ended() -> None:
    (note,) = judge("x = (1, 3), t = 1, limit = (1/4, 1/4)").evidence
    assert note == Note(
        "proof", "On X = (1, 3), t = 1 the iteration ends at (0.25, 0.25), not at (0.1, 0.3)."
    )


@pytest.mark.parametrize(
    ("text", "credit", "code"),
    [
        ("x = (1, 1), t = 3, limit = (1.5, 1.5)", "0.4", "no-counterexample"),
        ("x = (1, 3), t = 1, limit = (0.1, 0.3)", "0", "missed"),
    ],
)
def test_data_that_show_nothing_and_the_other_point_have_their_credit(
    text: str, credit: str, code: str
) -> None:
    verdict = judge(text)
    assert (verdict.code, verdict.credit) == (code, Fraction(credit))


@pytest.mark.parametrize(
    "text",
    [
        "x = (1, 3), t = 1, limit = (0.3, 0.3)",
        "x = (1, 2), t = 6, limit = (1, 1)",
        "x = (1, 3), t = 1, limit = (1/4, 1/4, 1/4)",
        "(2, 2)",
        "x = (1, 3), t = 1",
        "X = [[1, 2], [3, 4]], t = (1, 2), limit = (5, 6)",
        "x = (1, 3), t = 1, eta = 7, limit = (1/4, 1/4)",
        "x = (1, 10^9), t = 1, limit = (5, 6)",
        "x = (1, 3), t = 1, limit = 7",
    ],
)
def test_anything_else_waits_for_a_person(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None), verdict.message


@pytest.mark.parametrize("text", ["", "nan", "(NaN, 1)", "no idea", "x" * 50_000])
def test_what_is_no_point_cannot_be_read(text: str) -> None:
    with pytest.raises(StudentError):
        judge(text)


@pytest.mark.parametrize(
    "more",
    [
        {"otherwise": "incorrect"},
        {"data": [{"name": ["x"], "as": "inputs"}]},
        {"data": []},
    ],
)
def test_options_that_do_not_go_together_are_refused(more: dict[str, Any]) -> None:
    with pytest.raises(OptionsError):
        judge("(1, 1)", **more)


def test_a_function_that_is_not_there_is_named() -> None:
    with pytest.raises(OptionError) as raised:
        judge("(1, 1)", run="ref.ends")
    assert raised.value.path == ("run",)


def test_every_sample_gets_its_credit() -> None:
    options = recurrence.Options.model_validate(OPTIONS)
    prepared = recurrence.prepare(options, Setting(NONE, REFERENCE))
    for sample in recurrence.samples(prepared):
        assert recurrence.judge(prepared, Answer("4.3", sample.text, Place("a.md"))).credit == sample.credit


def test_the_same_end_is_judged_anew_beside_other_data() -> None:
    prepared = recurrence.prepare(recurrence.Options.model_validate(OPTIONS), Setting(NONE, REFERENCE))
    part = cast(
        Part,
        SimpleNamespace(
            id="4.3", title="End", points=Decimal(1), check="recurrence", follows={}, visible="public"
        ),
    )
    seen: marking.Seen = {}
    credits = []
    for passage in ("x = (1, 3), t = 1", "x = (1, 1), t = 0.5", "x = (1, 3), t = 7"):
        answer = Answer("4.3", "(0.25, 0.25)", Place("a.md"), passage=passage)
        credits.append(marking.judge(part, prepared, (answer,), seen=seen).verdict.credit)
    assert credits == [1, Fraction("0.4"), None]


def test_the_data_of_an_answer_file_stand_beside_the_answer() -> None:
    text = b"answers:\n  '4.3': {verdict: no, x: [1, 3], t: 1, limit: [0.25, 0.25]}\n"
    document = documents.read(File("answers.yaml", text))
    wanted = (
        extract.Wanted("4.3.limit", "4.3", ("limit",)),
        extract.Wanted("4.3.verdict", "4.3", ("verdict",), "prose"),
    )
    (answer,) = extract.find([document], wanted)["4.3.limit"]
    assert answer.passage == "x: [1, 3]\nt: 1"
    assert judge(answer.text, answer.passage).outcome is Outcome.CORRECT


def slow(inputs: Any = (1, 2), labels: Any = 3, rate: Any = Fraction(1, 10)) -> Sequence[Fraction]:
    return [value + rate for value in equal_steps(inputs, labels, rate)]


OTHER_RULE = [{"run": "ref.slow", "credit": "0.8", "say": "Another rule."}]


def with_other_rule(text: str) -> Verdict:
    options = recurrence.Options.model_validate({**OPTIONS, "other_rules": OTHER_RULE})
    prepared = recurrence.prepare(options, Setting(NONE, {**REFERENCE, "slow": slow}))
    return recurrence.judge(prepared, Answer("4.3", text, Place("a.md")))


def test_the_end_of_another_rule_on_the_same_data_is_known() -> None:
    verdict = with_other_rule("x = (1, 3), t = 1, eta = 0.5, limit = (0.75, 0.75)")
    assert (verdict.credit, verdict.code, verdict.message) == (Fraction(4, 5), "other-rule", "Another rule.")
    (note,) = verdict.evidence
    assert isinstance(note, Note)
    assert "(0.25, 0.25)" in note.text
    assert "(0.75, 0.75)" in note.text


@pytest.mark.parametrize("end", ["(0.25, 0.25)", "(0.7, 0.7)"])
def test_another_rule_takes_nothing_from_what_is_right_and_judges_nothing_else(end: str) -> None:
    verdict = with_other_rule(f"x = (1, 3), t = 1, eta = 0.5, limit = {end}")
    assert verdict.credit == (1 if end == "(0.25, 0.25)" else None)


def test_a_printed_end_is_read_and_what_is_printed_about_it_is_not() -> None:
    printed = "Start: [0. 0.]\nlimit: [0.25 0.25]\nGradient at limit: [-1e-13 2]\nPrediction of limit: 0.99"
    code = "x = np.array([1, 3])\nt = 1\neta = 0.5\n"
    assert judge(code + printed).outcome is Outcome.CORRECT
