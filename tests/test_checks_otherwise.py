"""`otherwise: person`: an answer that is neither right nor a declared mistake waits, with what was found."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, Final, NamedTuple

import pytest

from grader import checks
from grader.checks import Setting
from grader.checks._common import ValueOptions
from grader.maths.names import declare
from grader.options import OptionsError
from grader.types import Answer, EntryMap, Note, Outcome, Place, Verdict

SETTING: Final = Setting(
    declare({"X": {"matrix": ["n", "d"]}, "w": {"vector": "d"}, "c": {"scalar": "real"}}, [{"n": 3, "d": 5}]),
    {},
    b"a secret of the tests",
)
CREDIT: Final = {"credit": "0.5", "say": "A known slip."}


class Kind(NamedTuple):
    """Options of one kind of check; what is right, known mistakes, and answers that are neither."""

    options: dict[str, object]
    right: str
    known: tuple[str, ...]
    other: tuple[str, ...]


KINDS: Final = {
    "array": Kind({"expected": "(1, 1)"}, "(1, 1)", ("(3, 3)",), ("(2, 2)", "(1, 2)", "(1, 1, 1)", "7")),
    "complexity": Kind({"expected": "n^2", "variables": ["n"]}, "O(n^2)", ("O(3)",), ("O(n)", "O(n^4)")),
    "count": Kind({"expected": "12"}, "12", ("3",), ("13", "12.5", "-12")),
    "expression": Kind({"expected": "2 X w"}, "X w + X w", ("3",), ("X w", "X' w", "w", "X w / c")),
    "line": Kind(
        {"expected": "x + y = 2", "variables": ["x", "y"], "point": CREDIT, "half_line": CREDIT},
        "y = 2 - x",
        ("x = 3", "(1, 1)", "(1 + s^2, 1 - s^2)"),
        ("x + y = 4", "(5, 5)", "(s, s^2)"),
    ),
    "number": Kind({"expected": "1/4"}, "0.25", ("3",), ("1/5", "0.2", "-1/4")),
    "unit_vector": Kind(
        {"expected": "(3, 4)", "not_unit": CREDIT},
        "(0.6, 0.8)",
        ("(3, 4)",),
        ("(0.8, 0.6)", "(1, 2, 3)", "(0, 0)"),
    ),
}
SLIPS: Final = {"array": "(3, 3)", "line": "x = 3", "unit_vector": "(1, 0)"}

RIGHT = [(kind, KINDS[kind].right) for kind in KINDS]
KNOWN = [(kind, text) for kind in KINDS for text in KINDS[kind].known]
OTHER = [(kind, text) for kind in KINDS for text in KINDS[kind].other]


def judge(kind: str, text: str, **more: object) -> Verdict:
    check = checks.load(kind)
    mistakes = [{"is": SLIPS.get(kind, "3"), **CREDIT}]
    options: Any = check.Options.model_validate({**KINDS[kind].options, "mistakes": mistakes, **more})
    return check.judge(check.prepare(options, SETTING), Answer("1", text, Place("a.yaml")))


def test_every_check_of_a_value_takes_the_option() -> None:
    values = {kind for kind in checks.kinds() if issubclass(checks.load(kind).Options, ValueOptions)}
    # a recurrence leaves what is neither right nor known to a person without being told
    assert set(KINDS) == values - {"recurrence"}


@pytest.mark.parametrize(("kind", "text"), RIGHT)
def test_a_right_answer_stays_right(kind: str, text: str) -> None:
    verdict = judge(kind, text, otherwise="person")
    assert (verdict.outcome, verdict.credit) == (Outcome.CORRECT, Fraction(1))


@pytest.mark.parametrize(("kind", "text"), KNOWN)
def test_a_declared_mistake_keeps_its_credit(kind: str, text: str) -> None:
    verdict = judge(kind, text, otherwise="person")
    assert (verdict.outcome, verdict.credit) == (Outcome.PARTIAL, Fraction(1, 2))


@pytest.mark.parametrize(("kind", "text"), OTHER)
def test_any_other_answer_waits_with_what_the_machine_found(kind: str, text: str) -> None:
    without = judge(kind, text)
    assert (without.outcome, without.credit) == (Outcome.INCORRECT, Fraction(0))
    verdict = judge(kind, text, otherwise="person")
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)
    assert verdict.message.startswith(without.message)
    assert verdict.message.endswith("leaves other answers to a person.")
    assert (verdict.code, verdict.read, verdict.mathml) == (without.code, without.read, without.mathml)
    assert verdict.evidence == without.evidence


def test_the_entries_and_the_proof_are_still_there() -> None:
    assert any(isinstance(one, EntryMap) for one in judge("array", "(1, 2)", otherwise="person").evidence)
    assert any(isinstance(one, Note) for one in judge("expression", "X w", otherwise="person").evidence)


def test_a_formula_with_a_right_reading_waits_for_that_reason() -> None:
    options = {"expected": "c/(2 c)", "otherwise": "person"}
    assert judge("expression", "c/2c", **options).code == "two-readings"


def test_entries_are_not_counted_where_another_array_may_be_right() -> None:
    with pytest.raises(OptionsError, match="would agree by chance"):
        judge("array", "(1, 2)", otherwise="person", credit="per entry")


def test_a_misspelt_option_is_answered_with_the_nearest() -> None:
    with pytest.raises(OptionsError, match="did you mean 'person'"):
        judge("count", "12", otherwise="persom")
