"""A decision becomes a line of the rubric: everything else stays, and the line does what was decided."""

from __future__ import annotations

import difflib
from dataclasses import replace
from datetime import UTC, datetime
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import grading, learning, pipeline, rubric
from grader.cli import main
from grader.gradebook import RememberedDecision, open_gradebook
from grader.learning import Learned

BLOCK = """\
# The course's own words.
assignment: sheet
symbols: {x: {scalar: real}, n: {scalar: positive}}
parts:
  1.1:   # gradient
    title: 'Gradient'
    points: 2
    answer: {name: g}
    check: expression
    expected: 2/n * x
    mistakes:
      - {is: x/n, credit: 0.5, say: "The factor 2 is absent."}   # seen every year

  # counting
  1.2:
    points: 1
    check: count
    expected: 4
  1.3: {points: 1, check: count, expected: 5}
  1.4:
    points: 1
    check: person
    items: [x]
"""


def decision(
    part: str = "1.1", text: str = "2 x", credit: str = "7/10", comment: str = "n?"
) -> RememberedDecision:
    return RememberedDecision("sheet", part, text, "plain", Fraction(credit), comment, "tara")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "sheet.yaml"
    path.write_text(BLOCK, "utf-8")
    return path


def learned(path: Path, *decisions: RememberedDecision) -> Learned:
    return learning.learn(path, decisions)


def added(path: Path, found: Learned) -> list[str]:
    lines = list(difflib.ndiff(path.read_text("utf-8").splitlines(), found.text.splitlines()))
    assert not [line for line in lines if line.startswith("- ")], "a line was changed or moved"
    return [line[2:] for line in lines if line.startswith("+ ")]


def test_one_line_is_added_under_the_others_and_nothing_else_changes(path: Path) -> None:
    found = learned(path, decision(comment="Where's the n?"))
    assert added(path, found) == ["      - {is: '2 * x', credit: 0.7, say: \"Where's the n?\"}"]
    assert found.text.index("seen every year") < found.text.index("Where's") < found.text.index("# counting")
    assert "+      - {is:" in found.diff and "\n-" not in found.diff.replace("\n---", "")


def test_a_part_without_mistakes_gets_the_list_too(path: Path) -> None:
    found = learned(path, decision("1.2", "3", "1/2", "One is missing."))
    assert added(path, found) == ["    mistakes:", "      - {is: '3', credit: 0.5, say: 'One is missing.'}"]


def test_what_was_learned_is_marked_as_it_was_decided(path: Path) -> None:
    path.write_text(learned(path, decision(), decision("1.2", "3", "1/2", "One is missing.")).text, "utf-8")
    loaded = rubric.load(path)
    assert [len(part.options.mistakes) for part in loaded.parts[:2]] == [2, 1]
    assert loaded.parts[0].options.mistakes[1].credit == Fraction(7, 10)
    again = learned(path, decision())
    assert [one.why for one in again.refused] == ["the rubric gives it this credit already"]


@pytest.mark.parametrize(
    ("given", "why"),
    [
        (decision("9.9"), "no such part"),
        (decision("1.4"), "the check 'person' has no declared mistakes"),
        (decision(credit="1/3"), "cannot be written as a decimal"),
        (decision("1.1", "2/n * x", "1/2"), "still not get this credit"),
        (decision("1.1", "x/n", "1/4"), "still not get this credit"),
        (decision("1.3", "6", "1/2"), "written in braces; add this line"),
        (decision("1.2", "none of it )(", "1/2"), "could not be used with it"),
    ],
)
def test_what_cannot_be_a_line_is_told_and_changes_nothing(
    path: Path, given: RememberedDecision, why: str
) -> None:
    found = learned(path, given)
    assert found.text == BLOCK
    [refused] = found.refused
    assert why in refused.why


def test_a_rubric_that_does_not_end_in_a_line_break_is_learned_from(path: Path) -> None:
    text = BLOCK.split("  1.3:")[0].rstrip("\n")
    path.write_text(text, "utf-8")
    found = learned(path, decision("1.2", "3", "1/2", "One is missing."))
    assert found.text == text + "\n    mistakes:\n      - {is: '3', credit: 0.5, say: 'One is missing.'}\n"


def test_the_command_shows_the_lines_and_writes_only_when_told(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    grading.rubric_at.cache_clear()
    (tmp_path / "class" / "ada").mkdir(parents=True)
    (tmp_path / "class" / "ada" / "a.yaml").write_text('answers: {"1.1": 2 x}\n', "utf-8")
    pipeline.grade(tmp_path / "class", tmp_path / "out", rubric=path)
    with open_gradebook(tmp_path / "out" / pipeline.GRADEBOOK) as book:
        book.remember(replace(decision(), comment="The n."), now=datetime(2026, 3, 1, tzinfo=UTC))
    shown = CliRunner().invoke(main, ["learn", "out", "--rubric", str(path)])
    assert shown.exit_code == 0 and "Nothing is written yet" in shown.output
    assert path.read_text("utf-8") == BLOCK
    written = CliRunner().invoke(main, ["learn", "out", "--rubric", str(path), "--write"])
    assert "grader regrade out" in written.output
    assert "say: 'The n.'" in path.read_text("utf-8")
    none = CliRunner().invoke(main, ["learn", "out", "--rubric", str(path), "--part", "1.2"])
    assert none.exit_code == 2 and "no decision on 1.2 is remembered" in none.output
