"""Slips of the reference that would get full marks are found, and can be explained in the rubric."""

from __future__ import annotations

from pathlib import Path

import pytest

from grader import holes, rubric
from grader.lint import LintReport, lint
from grader.maths.sameness import identity
from grader.types import Place

FORMULA = """
assignment: holes
symbols:
  X: {{matrix: [n, d], rank: full}}
  a: {{vector: n}}
dimensions: {dimensions}
parts:
  "1":
    title: A formula
    points: 1
    answer: {{name: [w]}}
    check: expression
    expected: "{expected}"
{more}
"""
NUMBER = """
assignment: holes
parts:
  "1":
    title: A number
    points: 1
    answer: {{name: [w]}}
    check: {check}
    expected: "{expected}"
{more}
"""


def report(text: str, folder: Path) -> LintReport:
    path = folder / "holes.yaml"
    path.write_text(text, "utf-8")
    found = lint(path)
    assert not found.faults
    return found


@pytest.mark.parametrize("expected", ["X' a / n", "norm(X' a)^2 / (2 norm(X X' a)^2)", "X X' + 2 I"])
def test_slips_of_a_formula_get_no_full_marks(expected: str, tmp_path: Path) -> None:
    found = report(FORMULA.format(dimensions="{n: 3, d: 5}", expected=expected, more=""), tmp_path)
    assert (found.holes, found.sound) == ((), True)
    assert found.slips > 20


def test_a_slip_that_only_other_dimensions_show_is_a_hole(tmp_path: Path) -> None:
    path = tmp_path / "holes.yaml"
    path.write_text(FORMULA.format(dimensions="{n: 3, d: 5}", expected="n X' a", more=""), "utf-8")
    sheet = rubric.load(path)
    prepared = rubric.prepare(sheet, b"secret")["1"]
    # as if the rubric compared in one size for all letters
    (target,) = prepared.key.targets
    alike = target.value._replace(formula=identity.settle(target.value.node, prepared.square))
    key = prepared.key._replace(targets=(target._replace(value=alike),))
    found = holes.of_part(
        sheet.parts[0], prepared._replace(key=key, frame=prepared.square), Place("holes.yaml")
    )
    assert any(hole.text == "d * X' * a" for hole in found.holes)


def test_a_wide_tolerance_hides_a_slip(tmp_path: Path) -> None:
    text = NUMBER.format(check="number", expected="10", more="    tolerance: {abs: 5}\n")
    assert [hole.text for hole in report(text, tmp_path).holes] == ["11"]


def test_what_the_rubric_explains_is_no_hole(tmp_path: Path) -> None:
    more = "    tolerance: {abs: 5}\n    allow:\n      - {is: 11, because: Read off a plot.}\n"
    assert report(NUMBER.format(check="number", expected="10", more=more), tmp_path).sound


def test_an_explanation_of_nothing_is_told(tmp_path: Path) -> None:
    more = "    allow:\n      - {is: 11, because: Read off a plot.}\n"
    found = report(NUMBER.format(check="number", expected="10", more=more), tmp_path)
    assert [str(fault.found) for fault in found.warnings] == ["`allow` of 1: 11"]


@pytest.mark.parametrize(
    ("check", "expected"),
    [("array", "[[1, 2], [3, 4]]"), ("count", "52444644"), ("number", "0.25"), ("array", "[[1, 2], [2, 1]]")],
)
def test_changed_numbers_get_no_full_marks(check: str, expected: str, tmp_path: Path) -> None:
    found = report(NUMBER.format(check=check, expected=expected, more=""), tmp_path)
    assert found.holes == ()
    assert found.slips >= 2
