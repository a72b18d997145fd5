"""Whole write-ups in the styles people hand in: every mark as expected, and nothing found without answers.

`write_ups/expected.csv` has the marks: a credit, `person` where one must look, or `missing`. Every credit and
every `missing` was compared with the write-up by hand.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from pathlib import Path

import pytest

from grader import documents, extract, marking, rubric
from grader.documents import _numbering
from grader.documents._prose import BOLD
from grader.errors import StudentError
from grader.types import Block, Document, File, Outcome

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
WRITE_UPS = sorted((HERE / "write_ups").glob("*/*"))
EXAMPLES = sorted(
    path
    for path in (ROOT / "submissions_example").rglob("*")
    if path.suffix in {".md", ".tex", ".ipynb", ".html"}
)


@cache
def sheet(assignment: str) -> rubric.Rubric:
    return rubric.load(ROOT / "rubrics" / f"{assignment}.yaml")


@cache
def prepared(assignment: str) -> rubric.Prepared:
    return rubric.prepare(sheet(assignment), b"secret")


def read(path: Path) -> Document:
    return documents.read(File(path.name, path.read_bytes()))


def expected() -> dict[str, dict[str, str]]:
    rows: dict[str, dict[str, str]] = {}
    with (HERE / "write_ups" / "expected.csv").open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["write_up"], {})[row["part"]] = row["mark"]
    return rows


def given(path: Path) -> dict[str, str]:
    """The mark of each part as the table has it."""
    assignment = path.parent.name
    answers = extract.find([read(path)], extract.wanted(sheet(assignment)), sheet(assignment).sheet)
    person = marking.Person(path.stem, path.stem)
    result = marking.result(sheet(assignment), prepared(assignment), answers, person)
    return {
        mark.part: "missing"
        if mark.verdict.outcome == Outcome.MISSING
        else "person"
        if mark.verdict.credit is None
        else str(mark.verdict.credit)
        for mark in result.marks
    }


@pytest.mark.parametrize("path", WRITE_UPS, ids=lambda path: path.stem)
def test_every_mark_of_a_write_up_is_as_expected(path: Path) -> None:
    assert given(path) == expected()[path.stem]


def test_no_write_up_is_left_out_of_the_table() -> None:
    assert {path.stem for path in WRITE_UPS} == set(expected())


def without_answers(document: Document) -> Document:
    """The numbers and titles of a write-up alone, as if everything below them had been deleted."""
    kept: list[Block] = []
    for block in document.blocks:
        if block.kind != "heading":
            continue
        if roman := re.match(r"\(?[ivx]{2,4}\)", block.text):
            kept.append(Block("heading", roman[0], block.place, level=block.level))
            continue
        number = _numbering.read(block.text) or _numbering.letter(block.text) or _numbering.item(block.text)
        if block.level < BOLD or number is None or not number.rest:
            kept.append(block)
        else:  # `(a) the answer`
            text = block.text[: -len(number.rest)].strip()
            kept.append(Block("heading", text, block.place, level=block.level))
    return document._replace(blocks=tuple(kept))


@pytest.mark.parametrize("path", [*WRITE_UPS, *EXAMPLES], ids=lambda path: f"{path.parent.name}-{path.name}")
def test_nothing_is_found_where_the_answers_were_deleted(path: Path) -> None:
    assignment = next(part for part in path.parts if (ROOT / "rubrics" / f"{part}.yaml").is_file())
    try:
        document = read(path)
    except StudentError:
        return  # a file made to be unreadable holds nothing to be found
    empty = without_answers(document)
    assert extract.find([empty], extract.wanted(sheet(assignment)), sheet(assignment).sheet) == {}
