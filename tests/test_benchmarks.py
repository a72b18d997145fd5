"""The benchmarks score what they say they score."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path

import answers
import corpora
import pytest
import rows
import stages

from grader.cli._verdicts import Found

ROOT = Path(__file__).resolve().parent.parent
PLAIN: Mapping[str, object] = {
    "id": "a-1",
    "source": "a",
    "kind": "expression",
    "syntax": "latex",
    "reference": "x",
    "answer": "x",
    "equal": True,
    "options": {},
    "note": "",
}


def read_one(folder: Path, **changed: object) -> list[rows.Row]:
    (folder / "a.jsonl").write_text(json.dumps({**PLAIN, **changed}) + "\n", "utf-8")
    return list(rows.read_rows(folder))


@pytest.mark.parametrize(
    "changed",
    [
        {"equal": None},
        {"invalid": True},
        {"disputed": "a matter of taste"},
        {"kind": "text"},
        {"syntax": "maxima"},
    ],
)
def test_rows_without_a_truth_or_in_another_notation_are_not_scored(
    tmp_path: Path, changed: dict[str, object]
) -> None:
    assert read_one(tmp_path, **changed) == []


def test_python_is_taken_where_it_is_given_and_latex_as_it_is(tmp_path: Path) -> None:
    (row,) = read_one(tmp_path, syntax="maxima", reference_py="x**2", answer_py="x*x")
    assert (row.pair.reference, row.pair.answer, row.pair.notation) == ("x**2", "x*x", "python")
    (row,) = read_one(
        tmp_path, reference="x**2", answer="x^2", reference_syntax="python", reference_py="x**2"
    )
    assert (row.pair.reference_notation, row.pair.notation) == ("python", "latex")


def test_what_a_row_assumes_is_told_with_the_pair(tmp_path: Path) -> None:
    (row,) = read_one(tmp_path, options={"assume": "assumepos"})
    assert row.pair.domain == "positive"
    (row,) = read_one(tmp_path, options={"symbol_assumptions": "('x','positive')"})
    assert json.loads(row.pair.symbols) == {"x": {"scalar": "positive"}}


@pytest.mark.parametrize(
    ("changed", "apart"),
    [
        ({"reference": "pi", "answer": "3.14", "options": {"tolerance": 0.1}}, True),
        ({"reference": "3.10", "answer": "3.1", "options": {"tolerance": 0.1}}, False),
        ({"reference": "1,000.5", "answer": "1000.50", "options": {"tolerance": 0.1}}, False),
        ({"reference": "pi", "answer": "3.14", "options": {"tolerance": 0.1}, "equal": False}, False),
        ({"reference": "pi", "answer": "\\pi", "options": {"tolerance": 0.1}}, False),
        ({"reference": "999", "answer": "1000", "options": {"answertest": "NumSigFigs"}}, True),
        ({"reference": "(x-1)^2", "answer": "x^2-2x+1", "options": {"answertest": "FacForm"}}, False),
        ({"reference": '{"expect": ["1", "2"]}'}, True),
        ({"reference": "x/bar{x}_n"}, True),
        ({"options": {"assume": "x>2"}}, True),
        ({"options": {"assume": "assumereal"}}, False),
        ({"options": {"answertest": "AlgEquivNouns"}, "equal": False}, True),
        ({"options": {"answertest": "AlgEquivNouns"}}, False),
    ],
)
def test_a_row_is_set_apart_only_when_its_source_asks_another_question(
    tmp_path: Path, changed: dict[str, object], apart: bool
) -> None:
    (row,) = read_one(tmp_path, **changed)
    assert bool(row.apart) == apart


@pytest.mark.parametrize(
    ("outcome", "truth", "result"),
    [
        ("same", "same", corpora.RIGHT),
        ("different", "different", corpora.RIGHT),
        ("same", "different", corpora.ACCEPT),
        ("different", "same", corpora.REJECT),
        ("undecided", "same", corpora.UNDECIDED),
        ("unreadable", "different", corpora.UNREADABLE),
    ],
)
def test_a_verdict_is_counted_in_its_column(outcome: str, truth: str, result: str) -> None:
    assert corpora.result_of(Found("1", outcome, "", truth=truth)) == result  # type: ignore[arg-type]


def test_answers_are_respaced_but_mean_the_same() -> None:
    draw = random.Random(1)  # noqa: S311
    for text in ("n norm(X' a)^2 / (2 norm(X X' a)^2)", "2e-3 + 1", "a**2*b", "[1, -2]", r"\frac{2}{n} X"):
        made = {answers.respaced(text, draw) for _ in range(50)}
        assert len(made) > 20
        assert {"".join(one.split()) for one in made} == {"".join(text.split())}
        assert all(word in one for one in made for word in ("e-3", "**", r"\frac") if word in text)


@pytest.mark.parametrize(
    ("file", "stage"),
    [
        ("grader/maths/notation/latex.py", "reading"),
        ("grader/maths/notation/text.py", "rest"),
        ("grader/maths/values/shapes.py", "shapes"),
        ("grader/maths/values/balls.py", "evaluation"),
        ("grader/maths/tree.py", None),
        ("elsewhere/shapes.py", None),
    ],
)
def test_time_is_told_by_the_stage_a_file_belongs_to(file: str, stage: str | None) -> None:
    assert stages.stage_of(str(ROOT / file)) == stage
