"""What follows from a student's own earlier answer is paid once; a trivial one earns nothing."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import MappingProxyType

import pytest

from grader import marking, rubric
from grader.errors import RubricError
from grader.types import Answer, Mark, Note, Outcome, Place

SHEET = """
assignment: chain
symbols:
  W: {matrix: [m, n]}
  y: {vector: m}
  s: {vector: m}
  r: {vector: n}
  g: {vector: n}
  ybar: {vector: m}
  hbar: {vector: n}
  zbar: {is: g .* hbar}
dimensions: {m: 5, n: 2}
parts:
  1.a.ybar: {points: 1, check: expression, expected: y - s, mistakes: [{is: s - y, credit: 0.4, say: Sign.}]}
  1.b.hbar:
    points: 1
    follows: {ybar: 1.a.ybar}
    check: expression
    accept: [{expected: W' (y - s) + r, as: out}, {expected: W' ybar + r, as: short}]
    mistakes: [{is: W' ybar, credit: 0.5, say: r is absent.}]
  1.c.zbar:
    points: 1
    follows: {hbar: 1.b.hbar, ybar: 1.a.ybar}
    check: expression
    expected: g .* (W' (y - s) + r)
    mistakes: [{is: hbar, credit: 0.2, say: g is absent.}]
  1.d.end:
    points: 1
    follows: {hbar: 1.b.hbar, ybar: 1.a.ybar}
    check: expression
    accept: [{expected: g .* (W' (y - s) + r), as: out}, {expected: zbar, as: short}]
  1.e.count: {points: 1, check: count, expected: 3}
"""
IDS = {"y": "1.a.ybar", "h": "1.b.hbar", "z": "1.c.zbar", "e": "1.d.end"}


def marks(path: Path, **typed: str) -> dict[str, Mark]:
    """The marks of a sheet with some answers, which are named by their first letters."""
    file = path / "chain.yaml"
    file.write_text(SHEET, "utf-8")
    sheet = rubric.load(file)
    prepared = MappingProxyType(dict(rubric.prepare(sheet, b"secret")))
    answers = {IDS[name]: (Answer(IDS[name], text, Place("a.yaml")),) for name, text in typed.items()}
    result = marking.result(sheet, prepared, answers, marking.Person("ada", "Ada"))
    return {mark.part: mark for mark in result.marks}


@pytest.mark.parametrize(
    ("typed", "part", "credit"),
    [
        # A slip of sign, carried on.
        ({"y": "s - y", "h": "W' (s - y) + r"}, "h", "1"),
        ({"y": "s - y", "h": "W' ybar + r"}, "h", "1"),
        ({"y": "s - y", "h": "W' (y - s) + r"}, "h", "1"),
        # A slip on top of it has its own credit.
        ({"y": "s - y", "h": "W' (s - y)"}, "h", "0.5"),
        ({"y": "s - y", "h": "2 W' (s - y) + r"}, "h", "0"),
        # Over several steps, through the abbreviations of the rubric.
        ({"y": "s - y", "e": "g .* (W' (s - y) + r)"}, "e", "0"),
        ({"y": "s - y", "h": "W' ybar + r", "e": "g .* (W' (s - y) + r)"}, "e", "1"),
        ({"h": "W' (y - s)", "e": "g .* (W' (y - s))"}, "e", "1"),
        # A slip of shapes, with all dimensions as one.
        ({"h": "W (y - s) + r", "e": "g .* (W (y - s) + r)"}, "e", "1"),
        # Without the earlier answer, or with a right one, nothing follows.
        ({"h": "W' (s - y) + r"}, "h", "0"),
        ({"y": "y - s", "h": "W' (s - y) + r"}, "h", "0"),
        # Trivial earlier answers earn nothing.
        ({"y": "y", "h": "W' y + r"}, "h", "0"),
        ({"y": "-2 s", "h": "r - 2 W' s"}, "h", "0"),
        ({"y": "0", "h": "r"}, "h", "0"),
        ({"y": "y - y", "h": "r"}, "h", "0"),
        ({"y": "s + y - y", "h": "W' s + r"}, "h", "0"),
        ({"y": "y - s - (y - 3 s)", "h": "2 W' s + r"}, "h", "0"),
        ({"y": "ybar", "h": "W' ybar"}, "h", "0.5"),
    ],
)
def test_what_follows_from_an_earlier_slip_is_right(
    typed: dict[str, str], part: str, credit: str, tmp_path: Path
) -> None:
    verdict = marks(tmp_path, **typed)[IDS[part]].verdict
    assert verdict.credit == Fraction(credit), verdict.message
    followed = verdict.code == "follows"
    assert followed == ("earlier answer" in verdict.message)


def test_the_report_says_from_which_answer_it_follows_and_what_was_wrong_with_it(tmp_path: Path) -> None:
    verdict = marks(tmp_path, y="s - y", h="W' (s - y) + r")[IDS["h"]].verdict
    assert verdict.outcome is Outcome.CORRECT
    assert verdict.message == "This follows from your earlier answer to 1.a.ybar. The slip was counted there."
    assert any(
        isinstance(note, Note) and "With your own 1.a.ybar put in." in note.text for note in verdict.evidence
    )


def test_the_slip_itself_keeps_its_credit(tmp_path: Path) -> None:
    found = marks(tmp_path, y="s - y", h="W' (s - y) + r")
    assert found[IDS["y"]].verdict.credit == Fraction("0.4")
    assert str(found[IDS["h"]].points) == "1"


def test_nobody_is_paid_before_the_earlier_answer_is_decided(tmp_path: Path) -> None:
    found = marks(tmp_path, h="W' (y - s) / 2 r", e="g .* (W' (y - s) / 2 r)")
    assert found[IDS["h"]].verdict.credit in (None, 0)


@pytest.mark.parametrize(
    ("follows", "meant"),
    [
        ("{hbar: 1.c.zbar}", "an earlier formula"),
        ("{hbar: 1.e.count}", "an earlier formula"),
        ("{hbr: 1.a.ybar}", "did you mean 'hbar'"),
        ("[hbar]", "such as {hbar: 1.2.hbar}"),
    ],
)
def test_follows_names_a_symbol_and_an_earlier_formula(follows: str, meant: str, tmp_path: Path) -> None:
    file = tmp_path / "chain.yaml"
    file.write_text(SHEET.replace("{ybar: 1.a.ybar}", follows, 1), "utf-8")
    with pytest.raises(RubricError, match=meant):
        rubric.load(file)


def test_only_formulas_follow_from_formulas(tmp_path: Path) -> None:
    file = tmp_path / "chain.yaml"
    file.write_text(SHEET.replace("check: count", "check: count, follows: {ybar: 1.a.ybar}"), "utf-8")
    with pytest.raises(RubricError, match="`check: expression`"):
        rubric.load(file)
