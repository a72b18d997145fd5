"""Inequalities between sizes: the same numbers satisfy them, however they are written."""

from __future__ import annotations

from fractions import Fraction

import pytest

from grader.checks import OptionError, Setting, inequality
from grader.maths.names import NONE
from grader.types import Answer, Notation, Outcome, Place, Verdict

WIDE = {
    "variables": ["n", "m"],
    "accept": [{"expected": "m > n", "as": "m > n"}, {"expected": "m >= n", "as": "m >= n"}],
    "mistakes": [{"is": "m < n", "credit": "0.25", "say": "The other way round."}],
    "items": ["A reason."],
}


def judge(text: str, notation: Notation = "plain") -> Verdict:
    prepared = inequality.prepare(inequality.Options.model_validate(WIDE), Setting(NONE, {}, b"secret"))
    return inequality.judge(prepared, Answer("2.4", text, Place("a.md"), notation))


@pytest.mark.parametrize(
    ("text", "notation"),
    [
        ("m > n", "plain"),
        ("n < m", "plain"),
        ("m - n > 0", "plain"),
        ("m/n > 1", "plain"),
        ("2n^2 + n m < 3 n m", "plain"),
        ("m >= n", "plain"),
        ("if m > n", "plain"),
        ("Forward mode is cheaper when m > n.", "plain"),
        (r"Forward mode is the better choice if $m > n$, so Z is wide.", "latex"),
        (r"m \geq n", "latex"),
        ("n ≤ m", "plain"),
        ("2*n + m < 3*m", "python"),
    ],
)
def test_the_same_condition_is_right(text: str, notation: Notation) -> None:
    verdict = judge(text, notation)
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, Fraction(1)), verdict.message


@pytest.mark.parametrize("text", ["m < n", "n > m", "when n > m", "m - n < 0"])
def test_a_declared_mistake_has_its_credit(text: str) -> None:
    assert judge(text).credit == Fraction(1, 4)


@pytest.mark.parametrize("text", ["m > 2n", "m > n^2", "m > 0", "m > n + 1", "m + n > 1"])
def test_another_condition_is_wrong_and_numbers_show_it(text: str) -> None:
    verdict = judge(text)
    assert (verdict.outcome, verdict.credit) == (Outcome.INCORRECT, Fraction(0))
    assert verdict.message.startswith("At n = ")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "never",
        "always reverse",
        "m > n or m < n",
        "Reverse mode is cheaper when m > n",
        "not m > n",
        "unless m > n",
        "m > n and n > 2",
        "m >= n + 1",
        "m = n",
        "m > q",
        "the wider the better",
        "m >",
        "1 > 0",
    ],
)
def test_what_is_not_plain_waits_for_a_person(text: str) -> None:
    assert judge(text).credit is None


@pytest.mark.parametrize("text", ["m", "m = n", "m > q", "ref.nothing"])
def test_an_expected_value_is_an_inequality_in_the_variables(text: str) -> None:
    with pytest.raises(OptionError, match="an inequality such as m > n"):
        inequality.prepare(
            inequality.Options.model_validate({"variables": ["n", "m"], "accept": [{"expected": text}]}),
            Setting(NONE, {}),
        )


def test_the_reference_may_give_the_inequality() -> None:
    options = inequality.Options.model_validate(
        {"variables": ["n", "m"], "accept": [{"expected": "ref.wide"}]}
    )
    prepared = inequality.prepare(options, Setting(NONE, {"wide": lambda: "m > n"}))
    assert inequality.judge(prepared, Answer("2.4", "n < m", Place("a.md"))).credit == 1
