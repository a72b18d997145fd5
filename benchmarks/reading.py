"""How much of real write-ups is found, judged, and left to a person: the table of docs/reading.md.

    python benchmarks/reading.py FOLDER

The folder holds documents whose names begin with 000 to 004 and end in .txt or .md (they are not shipped).
Each is put into the folder of a class of its own as it is, and graded as `grader grade` does it.
`reading_truth.csv` has the credit of each part of each document as a solution by hand gives it, with the
reason for each that is not full: what the machine judges must agree with it, or it is counted as judged
wrongly. Of each document the questions alone are read too: nothing may be found there.
"""

from __future__ import annotations

import csv
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from grader import documents, extract, pipeline, rubric, sheet
from grader.gradebook import open_gradebook
from grader.types import Document, File, Mark, Note

HERE = Path(__file__).resolve().parent
RUBRICS = {
    "000": "csc413-2020-hw1",
    "001": "csc413-2021-hw1",
    "002": "csc413-2020-hw1",
    "003": "csc413-2021-hw2",
    "004": "eecs182-sp25-hw0",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one document, in parts of its rubric."""

    name: str
    rubric: str
    marks: tuple[Mark, ...]
    wrong: tuple[str, ...]
    in_questions: int

    @property
    def located(self) -> int:
        return sum(mark.answer is not None for mark in self.marks)

    @property
    def judged(self) -> int:
        return sum(mark.answer is not None and mark.points is not None for mark in self.marks)


def main() -> None:
    folder = Path(sys.argv[1])
    found = [(name, path) for name in RUBRICS for path in sorted(folder.glob(f"{name}*"))]
    rows = [_graded(name, path) for name, path in found]
    print(
        "| document | rubric | parts | located | judged | judged wrongly | to a person | in the questions |"
    )
    print("|---|---|---|---|---|---|---|---|")
    for row in rows:
        cells = (row.name, row.rubric, len(row.marks), row.located, row.judged, len(row.wrong))
        print("|", " | ".join(map(str, (*cells, row.located - row.judged, row.in_questions))), "|")
    for row in rows:
        for said in row.wrong:
            print(f"{row.name} judged wrongly: {said}")
    for row in rows:
        for mark in row.marks:
            for note in mark.verdict.evidence:
                if isinstance(note, Note) and "does not follow" in note.text:
                    print(f"{row.name} {mark.part}, a step: {note.text}")


def _graded(name: str, path: Path) -> Row:
    home = HERE.parent / "rubrics" / f"{RUBRICS[name]}.yaml"
    with tempfile.TemporaryDirectory() as place:
        handed_in = Path(place, "class", name, path.name)
        handed_in.parent.mkdir(parents=True)
        handed_in.write_bytes(path.read_bytes())
        summary = pipeline.grade(Path(place, "class"), Path(place, "out"), rubric=home, jobs=1)
        with open_gradebook(summary.out / pipeline.GRADEBOOK) as book:
            marks = next(iter(book.results(RUBRICS[name]))).marks
    chosen = rubric.load(home)
    document = documents.read(File(f"{name}.md", path.read_bytes()))
    questions = extract.find([_questions(document, chosen.sheet)], extract.wanted(chosen), chosen.sheet)
    return Row(name, chosen.assignment, marks, tuple(_wrong(name, marks)), len(questions))


def _questions(document: Document, known: sheet.Sheet) -> Document:
    """What is left when the answers are deleted: headings, and the blocks that stand on the sheet."""
    kept = {(block.place, block.text) for block in sheet.without(document, known).blocks}
    blocks = tuple(
        block
        for block in document.blocks
        if (block.place, block.text) not in kept or (block.kind == "heading" and block.level <= 6)
    )
    return document._replace(blocks=blocks)


def _wrong(name: str, marks: tuple[Mark, ...]) -> Iterator[str]:
    truth = _truth(name)
    for mark in marks:
        if mark.answer is None or mark.verdict.credit is None:
            continue
        right = truth.get(mark.part)
        if right is None:
            yield f"{mark.part} is judged ({mark.verdict.credit}) and not in the table of truth"
        elif mark.verdict.credit != right:
            yield f"{mark.part} got {mark.verdict.credit}, not {right}"


def _truth(name: str) -> dict[str, Fraction]:
    with (HERE / "reading_truth.csv").open(encoding="utf-8", newline="") as file:
        return {
            row["part"]: Fraction(row["credit"]) for row in csv.DictReader(file) if row["document"] == name
        }


if __name__ == "__main__":
    main()
