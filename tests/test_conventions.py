"""A convention chosen in one part is expected in the others of its group."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from grader import marking, rubric
from grader.errors import RubricError
from grader.types import Answer, Note, Outcome, Place, Verdict

SHEET = """
assignment: counting
conventions:
  - {parts: ["1", "2", "3"]}
parts:
  "1":
    points: 1
    check: count
    accept:
      - {expected: 10, as: with biases, under: [all]}
      - {expected: 8, as: without biases, under: [weights, bare]}
      - {expected: 7, as: some other way}
  "2":
    points: 1
    check: array
    accept:
      - {expected: "(1, 10)", as: all of them, under: [all]}
      - {expected: "(1, 8)", as: the weights, under: [weights]}
      - {expected: "(1, 6)", as: nothing else, under: [bare]}
  "3":
    points: 1
    check: count
    accept:
      - {expected: 1, as: everything, under: [all, bare]}
      - {expected: 2, as: the weights only, under: [weights]}
"""


def judged(path: Path, answers: tuple[str, ...], sheet: str = SHEET) -> list[Verdict]:
    file = path / "counting.yaml"
    file.write_text(sheet, "utf-8")
    loaded = rubric.load(file)
    given = {str(k): (Answer(str(k), text, Place("a.yaml")),) for k, text in enumerate(answers, 1) if text}
    result = marking.result(loaded, rubric.prepare(loaded, b"x"), given, marking.Person("ada", "Ada"))
    return [mark.verdict for mark in result.marks]


def changes(verdicts: list[Verdict]) -> list[int]:
    """The parts that are told that they have another convention than those before."""
    return [
        k
        for k, verdict in enumerate(verdicts, 1)
        if any(
            isinstance(note, Note) and note.text.startswith("Another convention") for note in verdict.evidence
        )
    ]


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        (("10", "(1, 10)", "1"), []),
        (("8", "(1, 8)", "2"), []),
        (("8", "(1, 6)", "1"), []),
        (("10", "(1, 8)", "1"), [2]),
        (("8", "(1, 6)", "2"), [3]),
        (("10", "(1, 8)", "2"), [2, 3]),
        (("7", "(1, 8)", "2"), []),
        (("9", "(1, 8)", "1"), [3]),
        (("", "(1, 8)", "1"), [3]),
    ],
)
def test_the_first_right_answers_choose_and_the_others_are_told(
    answers: tuple[str, ...], told: list[int], tmp_path: Path
) -> None:
    found = judged(tmp_path, answers)
    assert changes(found) == told
    assert all(found[k - 1].credit == 1 for k in told)


def test_a_change_may_cost_what_the_rubric_says(tmp_path: Path) -> None:
    sheet = SHEET.replace('"3"]}', '"3"], credit: 0.8, say: "Count in one way."}')
    first, second, third = judged(tmp_path, ("10", "(1, 8)", "1"), sheet)
    assert (second.outcome, second.credit, second.message) == (
        Outcome.PARTIAL,
        Fraction("0.8"),
        "Count in one way.",
    )
    assert second.code == "other-convention"
    assert first.credit == third.credit == 1


def test_the_note_says_what_was_chosen_where(tmp_path: Path) -> None:
    _, second, _ = judged(tmp_path, ("10", "(1, 8)", "1"))
    assert (
        Note("remark", "Another convention than before: with biases (1), and here the weights (2).")
        in second.evidence
    )


@pytest.mark.parametrize(
    ("conventions", "meant"),
    [
        ('- {parts: ["1"]}', "at least 2"),
        ('- {parts: ["1", "4"]}', "a part of this rubric"),
        ('- {part: ["1", "2"]}', "did you mean 'parts'"),
        ("parts", "a list such as"),
    ],
)
def test_groups_that_cannot_be_meant_are_refused(conventions: str, meant: str, tmp_path: Path) -> None:
    sheet = SHEET.replace('\n  - {parts: ["1", "2", "3"]}', f"\n  {conventions}")
    with pytest.raises(RubricError, match=meant):
        judged(tmp_path, ("10",), sheet)
