"""Code is run only where a rubric asks for it, and what comes out is judged like any answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from bare import Bare
from notebooks import BODIES, GIVEN, IMPORTS, fit_poly, notebook

from grader import documents, executed, marking, rubric, running
from grader.documents import _repair
from grader.errors import RubricError
from grader.running import Outcome, Sandboxes, literal
from grader.sandbox.codec import Array, Opaque
from grader.sandbox.jobs import NotRun
from grader.types import Answer, File, Mark, Place

ROOT = Path(__file__).resolve().parent.parent
SHEET = """
assignment: small
run: {seed: 3, files: [data.csv], starter: given.ipynb}
sandbox: {wall_s: 30, cell_s: 5}
parts:
  1.1: {points: 1, answer: {variable: [J, jac]}, check: array, expected: "[[2, 0], [0, 3]]"}
  1.2: {points: 1, answer: {variable: s}, check: number, expected: 6}
  1.3: {points: 1, answer: {cell: plot}, check: person}
  1.4: {points: 1, answer: {name: q}, check: number, expected: 4}
"""


@pytest.fixture
def sheet(tmp_path: Path) -> Path:
    (tmp_path / "small.yaml").write_text(SHEET, "utf-8")
    (tmp_path / "data.csv").write_text("1,2,3\n", "utf-8")
    given = notebook("import math\ntwo = 2").replace(b"cell-", b"given-")
    (tmp_path / "given.ipynb").write_bytes(given)
    return tmp_path / "small.yaml"


class Forbidden:
    def run(self, request: bytes, *, limits: object = None) -> Any:
        raise AssertionError("nothing was to be run")


def marks(path: Path, *files: File, box: Any = None) -> tuple[Mapping[str, Mark], Outcome]:
    """The marks by part, and what running gave."""
    loaded = rubric.load(path)
    prepared = rubric.prepare(loaded, b"test")
    read = [documents.read(file) for file in files]
    from grader import extract

    answers = extract.find(read, extract.wanted(loaded), loaded.sheet)
    boxes = Sandboxes(box or Bare(30))
    came = running.run_all(files, read, loaded, prepared, answers, lambda: boxes)
    judged = {
        part.id: marking.judge(part, prepared[part.id], came.answers.get(part.id, ()))
        for part in loaded.parts
    }
    return judged, came


def test_a_variable_has_the_value_it_has_in_the_end(sheet: Path) -> None:
    source = "import numpy as np\nJ = [[0, 0], [0, 0]]", "J = np.diag([2.0, 3.0])", "s = sum([1, 2, 3])"
    found, came = marks(sheet, File("hw.ipynb", notebook(*source)))
    assert [found[part].points for part in ("1.1", "1.2")] == [1, 1]
    assert found["1.1"].answer is not None
    assert found["1.1"].answer.place == Place("hw.ipynb", 2, 1)
    (shown,) = came.executed
    assert [cell.status for cell in shown.cells] == ["ran", "ran", "ran"]


def test_another_name_of_a_variable_counts_too(sheet: Path) -> None:
    found, _ = marks(sheet, File("hw.ipynb", notebook("jac = ((2, 0), (0, 1 + 2))")))
    assert found["1.1"].points == 1


def test_a_write_up_that_says_something_else_is_not_passed_over(sheet: Path) -> None:
    wrong = File("hw.md", b"## 1.2\n\n$s = 7$\n")
    found, _ = marks(sheet, File("hw.ipynb", notebook("s = 2 * 3")), wrong)
    assert found["1.2"].verdict.code == "two-answers"


def test_nothing_is_run_where_nothing_is_asked_for(sheet: Path) -> None:
    found, came = marks(sheet, File("hw.ipynb", notebook("q = 4", "print(q)")), box=Forbidden())
    assert found["1.4"].points == 1
    assert came.executed == ()


def test_no_sandbox_costs_no_answer_that_needs_none(sheet: Path) -> None:
    loaded = rubric.load(sheet)
    prepared = rubric.prepare(loaded, b"test")
    file = File("hw.ipynb", notebook("q = 4", "s = 2 * 3"))
    read = [documents.read(file)]
    from grader import extract

    answers = extract.find(read, extract.wanted(loaded), loaded.sheet)
    came = running.run_all([file], read, loaded, prepared, answers, lambda: Sandboxes(None, "No bubblewrap."))
    parts = {part.id: part for part in loaded.parts}
    waiting = marking.judge(parts["1.2"], prepared["1.2"], came.answers["1.2"])
    assert (waiting.points, waiting.verdict.code) == (None, "not-run")
    assert "No bubblewrap." in waiting.verdict.message
    assert marking.judge(parts["1.4"], prepared["1.4"], came.answers["1.4"]).points == 1


def test_a_value_of_another_class_waits_for_a_person(sheet: Path) -> None:
    found, _ = marks(sheet, File("hw.ipynb", notebook("class J:\n    pass\nJ = J()")))
    assert (found["1.1"].points, found["1.1"].verdict.code) == (None, "not-run")


def test_a_cell_is_found_by_its_tag(sheet: Path) -> None:
    data = json.loads(notebook("x = 1", "plt.plot(x)"))
    data["cells"][1]["metadata"] = {"tags": ["plot"]}
    found, _ = marks(sheet, File("hw.ipynb", json.dumps(data).encode()))
    assert found["1.3"].answer is not None
    assert found["1.3"].answer.text == "plt.plot(x)"


def test_files_of_the_rubric_stand_beside_the_notebook_wherever_it_looks_for_them(sheet: Path) -> None:
    source = "s = sum(map(int, open(r'C:\\Users\\ada\\hw\\data.csv').read().split(',')))"
    found, came = marks(sheet, File("hw.ipynb", notebook(source)))
    assert found["1.2"].points == 1
    assert any("data.csv" in note for note in came.executed[0].notes)


def test_the_students_own_modules_can_be_imported(sheet: Path) -> None:
    own = File("hw/helper.py", b"def total(x):\n    return sum(x)\n")
    found, _ = marks(sheet, File("hw/a.ipynb", notebook("import helper\ns = helper.total([1, 2, 3])")), own)
    assert found["1.2"].points == 1


def test_a_cell_of_the_starter_that_was_deleted_is_put_back(sheet: Path) -> None:
    found, came = marks(sheet, File("hw.ipynb", notebook("s = two * 3")))
    assert found["1.2"].points == 1
    assert any("put back: math, two" in note for note in came.executed[0].notes)


def test_a_python_file_is_run_as_one_cell(sheet: Path) -> None:
    found, _ = marks(sheet, File("hw.py", b"s = 0\nfor k in range(4):\n    s += k\n"))
    assert found["1.2"].points == 1
    assert found["1.2"].answer is not None
    assert found["1.2"].answer.place == Place("hw.py", None, 1)


def test_faults_of_the_run_section_are_told(tmp_path: Path) -> None:
    text = SHEET.replace("[data.csv]", "[../x, none.csv]").replace("wall_s: 30", "wall: 30")
    (tmp_path / "small.yaml").write_text(text.replace("variable: s", "function: f"), "utf-8")
    with pytest.raises(RubricError) as error:
        rubric.load(tmp_path / "small.yaml")
    told = str(error.value)
    for found in ("'../x'", "'none.csv'", "'given.ipynb'", "'wall'", "'f'"):
        assert found in told


def test_files_of_the_run_section_change_the_digest(sheet: Path) -> None:
    before = rubric.load(sheet).digest
    (sheet.parent / "data.csv").write_text("4\n", "utf-8")
    assert rubric.load(sheet).digest != before


# --- functions -------------------------------------------------------------------------------------

HOMEWORK = ROOT / "rubrics" / "csc413-2021-hw1.yaml"


def code_mark(*files: File) -> tuple[Mark, Outcome]:
    found, came = marks(HOMEWORK, *files)
    return found["3.3.3.code"], came


def test_a_function_is_called_and_its_own_lines_are_shown() -> None:
    mark, _ = code_mark(File("a.ipynb", notebook(IMPORTS, GIVEN, fit_poly("exchanged"))))
    assert (str(mark.points), mark.verdict.code) == ("0.2", "mistake-2")
    assert mark.answer is not None
    assert mark.answer.text.startswith("def fit_poly(X, d, t):")
    assert mark.answer.place == Place("a.ipynb", 3, 1)


def test_what_the_notebook_handed_out_holds_need_not_be_handed_in() -> None:
    mark, came = code_mark(File("a.ipynb", notebook(fit_poly("pseudo-inverse"))))
    assert str(mark.points) == "0.5"
    assert any("put back" in note for note in came.executed[0].notes)


def test_a_function_that_is_quoted_in_a_write_up_is_run() -> None:
    text = f"## 3.3.3\n\n**fit_poly:**\n\n```python\n{fit_poly('both formulas')}\n```\n"
    mark, _ = code_mark(File("hw.md", text.encode()))
    assert str(mark.points) == "0.5"


@pytest.mark.parametrize("prompt", ["", "In [3]: "])
@pytest.mark.parametrize("language", ["", "python", "text"])
def test_a_quoted_function_is_run_whatever_stands_around_it(prompt: str, language: str) -> None:
    code = fit_poly("both formulas")
    text = f"## 3.3.3\n\nMy code:\n\n```{language}\n{prompt}{code}\n```\n\nNot always.\n\n0.5 7.25\n"
    mark, _ = code_mark(File("hw.md", text.encode()))
    assert str(mark.points) == "0.5"
    assert mark.answer is not None
    assert mark.answer.place == Place("hw.md", None, 6)


def test_two_quotations_of_a_function_that_differ_wait_for_a_person() -> None:
    codes = (fit_poly("both formulas"), fit_poly("zeros"))
    text = "## 3.3.3\n\n" + "\n\n".join(f"```python\n{code}\n```" for code in codes)
    mark, _ = code_mark(File("hw.md", text.encode()))
    assert (mark.points, mark.verdict.code) == (None, "two-answers")


def test_a_function_whose_cell_fails_waits_with_the_students_own_line() -> None:
    broken = "def fit_poly(X, d, t):\n    return np.linalg.pinv(E @ t"
    mark, _ = code_mark(File("a.ipynb", notebook(IMPORTS, broken, "x = 1")))
    assert mark.points is None
    assert "in cell 2, line 2" in mark.verdict.message


@pytest.mark.parametrize("name", ["what it was given", "zeros"])
def test_no_hidden_input_reaches_what_a_student_sees(name: str) -> None:
    from dataclasses import replace

    from grader.pages import report

    source = fit_poly(name).replace(
        "):", "):\n    print('HIDDEN', X, d)\n    import os; os.system('echo HIDDEN')", 1
    )
    file = File("a.ipynb", notebook(IMPORTS, GIVEN, source))
    _, came = marks(HOMEWORK, file)
    loaded = rubric.load(HOMEWORK)
    result = marking.result(
        loaded, rubric.prepare(loaded, b"test"), came.answers, marking.Person("ada", "Ada")
    )
    page = report.student_page(replace(result, executed=executed.to_bytes(came.executed)))
    assert "0.9514" not in page
    assert "HIDDEN [" not in page
    assert "cell 3" in page


def test_what_is_shown_of_a_hostile_notebook_is_text() -> None:
    from dataclasses import replace

    from grader.pages import report

    cells = (
        "print('<script>alert(1)</script>')",
        "'<img src=x onerror=alert(2)>'",
        "1 / 0  # </pre><script>",
        fit_poly("zeros"),
    )
    _, came = marks(HOMEWORK, File("a<script>.ipynb", notebook(*cells)))
    loaded = rubric.load(HOMEWORK)
    result = marking.result(loaded, rubric.prepare(loaded, b"test"), came.answers, marking.Person("a", "A"))
    page = report.student_page(replace(result, executed=executed.to_bytes(came.executed)))
    assert "<script" not in page
    assert "<img src=x" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "Your code as it ran" in page


def test_executed_notebooks_come_back_from_their_bytes() -> None:
    source = "import matplotlib.pyplot as plt\nplt.plot([1, 2])\nprint('a')\n1 / 0"
    _, came = marks(HOMEWORK, File("a.ipynb", notebook(source, fit_poly("zeros"))))
    assert executed.from_bytes(executed.to_bytes(came.executed)) == came.executed
    assert any(one.kind == "figure" for one in came.executed[0].cells[0].outputs)


@pytest.mark.parametrize("name", ["both formulas", "an exit"])
def test_the_same_notebook_gives_the_same_result_again(name: str) -> None:
    file = File("a.ipynb", notebook(IMPORTS, GIVEN, fit_poly(name), "np.random.rand()"))
    (first, ran), (again, ran_again) = code_mark(file), code_mark(file)
    assert first.verdict == again.verdict
    assert ran.executed == ran_again.executed


def test_every_body_has_a_definition_that_is_found() -> None:
    for name in BODIES:
        cells = _repair.runnable(File("a.ipynb", notebook(IMPORTS, GIVEN, fit_poly(name)))).cells
        found = _repair.defined_in(cells, "fit_poly")
        assert found is not None
        assert found[:2] == (cells[2], 1)


# --- literals --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3, "3"),
        (2.0, "2"),
        (0.1, "0.1"),
        (True, "True"),
        ("n^2", "n^2"),
        ([1, (2, 3.5)], "[1, [2, 3.5]]"),
        (Array("i8", (2,), (1).to_bytes(8, "little") + (2).to_bytes(8, "little")), "[1, 2]"),
        (Array("f8", (), bytes(8)), "0"),
        (float("nan"), None),
        ([float("inf")], None),
        (None, None),
        ({"a": 1}, None),
        (Opaque("A"), None),
        (1 << 5000, None),
        ([0] * 20_000, None),
    ],
)
def test_a_value_is_written_as_it_would_be_typed(value: Any, text: str | None) -> None:
    assert literal(value) == text


def test_code_that_was_not_run_is_told_for_any_check() -> None:
    loaded = rubric.load(ROOT / "rubrics" / "csc413-2021-hw1.yaml")
    part = next(one for one in loaded.parts if one.id == "2.2.1")
    prepared = rubric.prepare(loaded, b"x")["2.2.1"]
    answer = Answer("2.2.1", "H", Place("a"), value=NotRun("There is no sandbox here."))
    assert marking.judge(part, prepared, (answer,)).points is None
