"""Every rubric that comes with the program is sound, and every case beside it gets what it says."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from grader.lint import LintReport, lint

RUBRICS = Path(__file__).resolve().parent.parent / "rubrics"
PATHS = sorted(path for path in RUBRICS.glob("*.yaml") if not path.stem.endswith(".cases"))


@cache
def report(path: Path) -> LintReport:
    return lint(path)


ROWS = [
    pytest.param(path, index, id=f"{path.stem} {row.part}: {row.text[:60]}")
    for path in PATHS
    for index, row in enumerate(report(path).rows)
]


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_rubric_has_no_faults_and_leaves_no_doubts(path: Path) -> None:
    assert [str(fault) for fault in (*report(path).faults, *report(path).warnings)] == []


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
def test_a_rubric_has_cases_for_every_part(path: Path) -> None:
    rubric = report(path).rubric
    assert rubric is not None
    tried = {row.part for row in report(path).rows if row.label == "case"}
    assert {part.id for part in rubric.parts} - tried == set()


@pytest.mark.parametrize(("path", "index"), ROWS)
def test_an_answer_gets_what_the_rubric_or_its_case_says(path: Path, index: int) -> None:
    row = report(path).rows[index]
    assert row.ok, (
        f"{row.place}: {row.label}: got {row.got_outcome}, credit {row.got}, "
        f"not {row.outcome or 'any outcome'}, credit {row.expected}: {row.message}"
    )
