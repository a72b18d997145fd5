"""Parts that only a person marks."""

from __future__ import annotations

import pytest

from grader.checks import Setting, person
from grader.maths.names import NONE
from grader.types import Answer, Checklist, Outcome, Place, Verdict

SETTING = Setting(NONE, {})


def judge(text: str, *items: str) -> Verdict:
    prepared = person.prepare(person.Options(items=items), SETTING)
    return person.judge(prepared, Answer("1.1.1", text, Place("a.md")))


@pytest.mark.parametrize("text", ["", "A proof.", "<script>alert(1)</script>", "(" * 10_000, "x" * 1_000_000])
def test_every_answer_waits_for_a_person(text: str) -> None:
    verdict = judge(text, "rows span")
    assert (verdict.outcome, verdict.credit) == (Outcome.UNDECIDED, None)


def test_the_items_are_handed_on_as_a_checklist() -> None:
    assert judge("A proof.", "starts at zero", "stays in the span").evidence == (
        Checklist(("starts at zero", "stays in the span")),
    )


def test_the_sample_has_no_declared_credit() -> None:
    (sample,) = person.samples(person.prepare(person.Options(), SETTING))
    assert sample.credit is None
