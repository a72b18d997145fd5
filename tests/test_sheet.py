"""The fingerprint of a problem sheet: what was copied from it is no answer, what was answered is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner

from grader import documents, extract, rubric, sheet
from grader.cli import main
from grader.errors import StaffError
from grader.extract import Wanted
from grader.types import Document, File

SHEET = """# Sheet 3: Pendulums

## 1 Small swings [2pts]

We look at a pendulum of length $l$ in a field of strength $g$. For small angles its motion is
harmonic, and we may forget about friction for the whole of this sheet.

1. (1pt) Give the angular frequency $\\omega$ of small swings of this pendulum.
2. (1pt) Show that the period does not depend on the amplitude: $T = 2 \\pi / \\omega$.

## 2 Large swings [1pt]

What is the period when the pendulum starts at rest from the horizontal? Show your work.

$$F = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}$$
"""
WANTED = [
    Wanted("1.1", "1.1", ("\\omega",)),
    Wanted("1.2", "1.2", ("T",)),
    Wanted("2", "2", ("F", "period")),
]


def read(text: str) -> Document:
    return documents.read(File("a.md", text.encode()))


def texts(text: str, known: sheet.Sheet) -> dict[str, str]:
    found = extract.find([read(text)], WANTED, known)
    return {part: " | ".join(answer.text for answer in answers) for part, answers in found.items()}


@pytest.fixture(scope="module")
def known() -> sheet.Sheet:
    return sheet.fingerprint([read(SHEET)])


COPIES = [
    SHEET,
    SHEET.replace("$", " "),
    SHEET.replace("\n\n", "\n"),
    SHEET.replace("may forget about", "may forqet about"),  # misread by a scanner
    SHEET + SHEET,
]


@pytest.mark.parametrize("copy", COPIES)
def test_nothing_is_found_on_the_sheet_itself(copy: str, known: sheet.Sheet) -> None:
    assert texts(copy, known) == {}


def test_without_a_fingerprint_the_sheet_would_be_taken_for_answers() -> None:
    assert texts(SHEET, sheet.NONE) != {}


ANSWERED = SHEET.replace("\n2. (1pt)", "\n\n$$\\omega = \\sqrt{g / l}$$\n\n2. (1pt)").replace(
    "## 2 Large", "Take the solution and see that $T = 2 \\pi / \\omega$.\n\n## 2 Large"
)


def test_answers_between_the_questions_are_found_with_their_lines(known: sheet.Sheet) -> None:
    assert texts(ANSWERED, known) == {"1.1": "\\sqrt{g / l}", "1.2": "2 \\pi / \\omega"}
    (answer,) = extract.find([read(ANSWERED)], WANTED, known)["1.1"]
    assert answer.place.line == 1 + ANSWERED.split("\n").index("$$\\omega = \\sqrt{g / l}$$")


def test_a_formula_of_the_sheet_is_an_answer_where_the_student_states_it(known: sheet.Sheet) -> None:
    formula = "$$F = \\begin{bmatrix} 1 & 2 \\\\ 3 & 4 \\end{bmatrix}$$\n"
    assert "2" in texts(f"## 2\n\nBy turning it around we get\n\n{formula}", known)
    assert "2" in texts(f"## 2\n\n{formula}", known)
    # the last words of another question, and then what a later one gives away
    assert texts(f"## 1\n\n{SHEET[SHEET.index('1. (1pt)') :].splitlines()[0]}\n\n{formula}", known) != {}


def test_own_words_that_share_some_with_the_sheet_are_kept(known: sheet.Sheet) -> None:
    own = "## 2\n\nThe period when the pendulum starts is longer, namely 7.4 roots of l over g\n"
    assert texts(own, known)["2"].startswith("The period")


def test_lines_of_a_paragraph_are_told_apart(known: sheet.Sheet) -> None:
    own = "## 2\n\nWhat is the period when the pendulum starts at rest from the horizontal?\nperiod: $7 s$\n"
    assert texts(own, known) == {"2": "7 s"}


def test_a_fingerprint_is_kept_beside_its_rubric_and_does_not_tell_the_sheet(
    known: sheet.Sheet, tmp_path: Path
) -> None:
    path = sheet.save(known, tmp_path / "pendulum.yaml")
    assert path.name == "pendulum.sheet.json"
    assert sheet.load(tmp_path / "pendulum.yaml") == known
    assert sheet.load(tmp_path / "other.yaml") == sheet.NONE
    assert "pendulum" not in path.read_text() and "omega" not in path.read_text()
    written = path.read_bytes()
    assert sheet.save(known, tmp_path / "pendulum.yaml").read_bytes() == written


@pytest.mark.parametrize("text", ["", "[]", '{"format": "2"}', '{"format": "grader sheet 1", "words": 3}'])
def test_a_file_that_is_no_fingerprint_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "x.sheet.json").write_text(text)
    with pytest.raises(StaffError, match="make it again"):
        sheet.load(tmp_path / "x.yaml")


def test_the_command_writes_what_the_rubric_then_knows(tmp_path: Path) -> None:
    source = Path(__file__).parents[1]
    shutil.copytree(source / "reference", tmp_path / "reference")
    (tmp_path / "rubrics").mkdir()
    shutil.copy(source / "rubrics/fit_poly.ipynb", tmp_path / "rubrics/fit_poly.ipynb")
    copy = shutil.copy(source / "rubrics/csc413-2020-hw1.yaml", tmp_path / "rubrics/csc413-2020-hw1.yaml")
    before = rubric.load(Path(copy)).digest
    text = tmp_path / "sheet.txt"
    text.write_text(SHEET)
    ran = CliRunner().invoke(main, ["fingerprint", str(text), "--rubric", str(copy)])
    assert ran.exit_code == 0, ran.output
    assert "word sequences" in ran.output
    loaded = rubric.load(Path(copy))
    assert loaded.sheet.words and loaded.digest != before


def test_a_sheet_without_a_sentence_is_refused(tmp_path: Path) -> None:
    text = tmp_path / "sheet.md"
    text.write_text("# 1\n")
    ran = CliRunner().invoke(main, ["fingerprint", str(text), "--rubric", "csc413-2020-hw1"])
    assert ran.exit_code != 0 and "No sentence" in ran.output


def test_a_statement_of_few_words_and_a_formula_is_the_sheets() -> None:
    text = "## 1\n\n- (a) Show $T = 2 s$\n\n(b) Show $F = 3 s$\n"
    wanted = [Wanted("1a", "1a", ("T",)), Wanted("1b", "1b", ("F",))]
    known = sheet.fingerprint([read(text)])
    assert extract.find([read(text)], wanted, known) == {}
    own = text.replace("(b)", "As $2 = 1 + 1$, we have $T = 2 s$.\n\n(b)")
    assert [answer.text for answer in extract.find([read(own)], wanted, known)["1a"]] == ["2 s"]


def test_a_short_line_that_shares_most_of_its_words_is_kept() -> None:
    text = "# 1\n\nName two things that change the size of the tank and explain why.\n"
    known = sheet.fingerprint([documents.read(File("s.md", text.encode()))])
    copy = documents.read(File("a.md", b"# 1\n\nthe size of the pump\n"))
    assert [block.text for block in sheet.without(copy, known).blocks if block.kind == "prose"] == [
        "the size of the pump"
    ]
