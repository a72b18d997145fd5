"""A grader that is killed at random moments goes on where it was: no mark is lost, none is doubled."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from random import Random

import pytest
from notebooks import GIVEN, IMPORTS, fit_poly, notebook

from grader.gradebook import open_gradebook
from grader.pipeline import GRADEBOOK

ROOT = Path(__file__).resolve().parent.parent
RUBRIC = ROOT / "rubrics" / "csc413-2021-hw1.yaml"
BODIES = ("pseudo-inverse", "exchanged", "zeros", "no return")
KILLS = 8


def students(folder: Path) -> None:
    for number in range(24):
        own = folder / f"student_{number:02}"
        own.mkdir(parents=True)
        cells = (IMPORTS, GIVEN, fit_poly(BODIES[number % 4]))
        if number % 8 == 0:
            (own / "hw.ipynb").write_bytes(notebook(*cells))
        else:
            text = f"## 3.1\n\n$\\nabla L = {number} X^\\top (X w - t)$\n\n## 3.2\n\n**unique:** Yes.\n"
            (own / "hw.md").write_text(text, "utf-8")


def command(folder: Path, out: Path) -> list[str]:
    rubric = ["--rubric", str(RUBRIC), "--jobs", "1"]
    return [sys.executable, "-m", "grader", "grade", str(folder), "--out", str(out), *rubric]


def grade(folder: Path, out: Path) -> dict[tuple[str, str], tuple[str, Decimal | None]]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    subprocess.run(  # noqa: S603 - our own program
        command(folder, out), env=environment, check=True, capture_output=True, timeout=300
    )
    with open_gradebook(out / GRADEBOOK) as book:
        return {
            (result.student, mark.part): (mark.verdict.code, mark.points)
            for result in book.results("csc413-2021-hw1")
            for mark in result.marks
        }


@pytest.mark.parametrize("seed", range(2))
def test_a_grader_that_is_killed_again_and_again_gives_the_same_marks(seed: int, tmp_path: Path) -> None:
    folder = tmp_path / "class"
    students(folder)
    undisturbed = grade(folder, tmp_path / "undisturbed")
    out, draw = tmp_path / "killed", Random(seed)  # noqa: S311 - no secret
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    for _ in range(KILLS):
        with subprocess.Popen(  # noqa: S603
            command(folder, out), env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as run:
            time.sleep(draw.uniform(0.1, 5))
            run.kill()
    assert grade(folder, out) == undisturbed
    with sqlite3.connect(out / GRADEBOOK) as connection:
        question = "SELECT student_id, count(*) FROM submissions GROUP BY student_id"
        rows = connection.execute(question).fetchall()
    connection.close()
    assert len(rows) == 24
    assert {count for _, count in rows} == {1}
    reports = sorted(path.name for path in (out / "reports").glob("*.html"))
    assert reports == sorted(path.name for path in (tmp_path / "undisturbed" / "reports").glob("*.html"))
