"""The commands print what a person needs, exit as they promise, and never a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from grader import grading
from grader.cli import COMMANDS, _printing, main
from grader.errors import MachineError, StaffError

RUBRIC = """
assignment: sums
title: Sums and squares
parts:
  1.1:
    title: Two and two
    points: 0.5
    answer: {name: sum}
    check: count
    expected: 4
    mistakes:
      - {is: 22, credit: 0.5, say: "These are two twos side by side."}
  1.2.matrix:
    title: The identity
    points: 0.5
    answer: {name: identity}
    check: array
    expected: "[[1, 0], [0, 1]]"
    credit: per entry
  2.1:
    title: Why
    points: 1
    check: person
    items: [It says why.]
"""
ANSWERS = {
    "ada_lark": 'answers: {"1.1": 4, identity: [[1, 0], [0, 1]], "2.1": because}',
    "bob_lark": r"""{"answers": {"1.1": 22, "identity": [[1, 0], [3, 1]], "2.1": "\u001b[31mred \u202e"}}""",
    "cyd_finch": "answers: {",
}


def file_of(student: str) -> str:
    return "answers.json" if ANSWERS[student].startswith("{") else "answers.yaml"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A class of three and its rubric, in an empty place."""
    monkeypatch.chdir(tmp_path)
    grading.rubric_at.cache_clear()
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "rubrics" / "sums.yaml").write_text(RUBRIC, "utf-8")
    for student, answers in ANSWERS.items():
        (tmp_path / "sums" / student).mkdir(parents=True)
        (tmp_path / "sums" / student / file_of(student)).write_text(answers, "utf-8")
    return tmp_path


def grader(*words: str) -> Result:
    ran = CliRunner().invoke(main, list(words), prog_name="grader")
    assert "Traceback" not in ran.output
    assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
    return ran


def test_help_names_every_command_and_every_command_has_help() -> None:
    said = grader("--help").output
    files = {file.stem for file in Path(_printing.__file__).parent.glob("[!_]*.py")}
    assert set(COMMANDS) == files
    for name in COMMANDS:
        assert f"  {name} " in said
        assert len(grader(name, "--help").output.splitlines()) > 6


def test_version_is_that_of_the_program() -> None:
    assert grader("--version").output == "grader 0.1.0\n"


def test_the_package_runs_as_a_program_too() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "grader", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout.startswith("grader ")


def test_a_run_says_what_was_done_what_was_not_and_where_it_is(home: Path) -> None:
    said = grader("grade", "sums").output
    assert said.splitlines() == [
        "Read as a plain folder: 3 submissions (--layout, if it is not).",
        "",
        "Sums and squares (sums)",
        "  graded        3 students",
        "  for a person  5 answers of 3 students, 4 points",
        "",
        "Could not be read (it is in the students' reports too):",
        "  cyd_finch",
        *(line for line in said.splitlines() if line.startswith("    ")),
        "",
        f"Overview  {Path('graded/sums/index.html')}",
        f"Reports   {Path('graded/sums/reports')}/",
        f"Marks     {Path('graded/sums/marks.csv')}",
    ]
    assert "    answers.yaml" in said
    assert (home / "graded" / "sums" / "index.html").exists()


def test_a_run_with_a_class_list_says_who_is_not_on_it_and_who_is_missing(home: Path) -> None:
    (home / "class.csv").write_text("login,name\nada,Ada Lark\nbob,Bob Lark\neve,Eve Crane\n", "utf-8")
    lines = grader("grade", "sums", "--roster", "class.csv").output.splitlines()
    assert lines[1] == "Class list: 2 of 3 students are on it."
    start = lines.index("Not found on the class list, graded under the name of the submission:")
    assert "column `folder`" in " ".join(" ".join(lines[start + 1 : start + 3]).split())
    assert lines[start + 3].startswith("  cyd_finch: Nobody there has the submission name 'cyd_finch'.")
    assert lines[lines.index("Handed in nothing:") + 1] == "  Eve Crane (eve)"
    assert "Ada Lark (ada)" in grader("show", "ada").output


def test_those_without_a_report_are_named_with_what_to_do(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: object) -> str:
        raise KeyError("odd \x1b[31m")

    assert "No report" not in grader("grade", "sums").output
    monkeypatch.setattr("grader.pages.report.student_page", fails)
    ran = grader("grade", "sums", "--again")
    assert ran.exit_code == 0
    lines = ran.output.splitlines()
    start = lines.index("No report, by a fault of the program; the marks are kept:")
    assert lines[start + 1] == "  ada_lark"
    assert lines[start + 2].startswith("    KeyError: 'odd \\x1b[31m' (test_cli.py, line ")
    assert "`grader show` tells these students' marks" in " ".join(ran.output.split())
    assert max(map(len, lines)) <= 80
    assert "1 of 1 point decided" in grader("show", "ada").output
    assert (home / "graded" / "sums" / "reports" / "ada_lark.html").exists()


def test_a_second_run_says_what_is_unchanged(home: Path) -> None:
    grader("grade", "sums", "--out", "out")
    (home / "sums" / "ada_lark" / "answers.yaml").write_text("answers: {}", "utf-8")
    said = grader("grade", "sums", "--out", "out").output
    assert "  graded        1 student\n  unchanged     2 students\n" in said


def test_those_who_are_gone_are_named_as_kept(home: Path) -> None:
    grader("grade", "sums", "--out", "out")
    (home / "sums" / "bob_lark" / "answers.json").unlink()
    (home / "sums" / "bob_lark").rmdir()
    assert "kept          1 student of an earlier run" in grader("grade", "sums", "--out", "out").output


def test_a_rubric_may_be_named_by_its_file_or_by_its_assignment(home: Path) -> None:
    (home / "sums").rename(home / "downloads")
    for number, name in enumerate(["sums", "rubrics/sums.yaml"]):
        assert grader("grade", "downloads", "--rubric", name, "--out", f"out{number}").exit_code == 0


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("grade", "nowhere"), "nowhere does not exist"),
        (("grade", "sums", "--rubric", "smus"), "did you mean 'sums'?"),
        (("grade", "sums", "--rubric", "rubrics/sum.yaml"), "did you mean 'sums.yaml'?"),
        (("grade", "sums", "--layout", "canvsa"), "did you mean 'canvas'?"),
        (("grade", "sums", "--out", "sums/graded"), "choose another folder with --out"),
        (("grade", "sums", "--jobs", "0"), "--jobs"),
        (("grade",), "PATH"),
        (("lint",), "RUBRIC"),
        (("lint", "smus"), "did you mean 'sums'?"),
        (("show", "ada"), "grade first"),
        (("shwo", "ada"), "did you mean 'show'?"),
    ],
)
@pytest.mark.usefixtures("home")
def test_what_staff_must_mend_ends_with_2_and_a_sentence(words: tuple[str, ...], said: str) -> None:
    ran = grader(*words)
    assert ran.exit_code == 2
    assert said in ran.stderr
    assert ran.stdout == ""


def test_what_the_machine_cannot_do_ends_with_1_and_a_sentence(home: Path) -> None:
    (home / "out").mkdir()
    (home / "out" / "gradebook.sqlite").write_text("no database " * 100)
    ran = grader("grade", "sums", "--out", "out")
    assert ran.exit_code == 1
    assert "move it away" in ran.stderr


@pytest.mark.parametrize(
    ("error", "code", "said"),
    [
        (StaffError("mend it"), 2, "grader: mend it\n"),
        (MachineError("disk full \x1b[31m"), 1, "grader: disk full \\x1b[31m\n"),
        (ZeroDivisionError("ours"), 1, "ZeroDivisionError: ours"),
    ],
)
@pytest.mark.usefixtures("home")
def test_every_error_is_one_readable_block(
    monkeypatch: pytest.MonkeyPatch, error: Exception, code: int, said: str
) -> None:
    def fails(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("grader.pipeline.grade", fails)
    ran = grader("grade", "sums")
    assert ran.exit_code == code
    assert said in ran.stderr


@pytest.fixture
def graded(home: Path) -> Path:
    assert grader("grade", "sums").exit_code == 0
    return home


@pytest.mark.parametrize("student", ["ada_lark", "ADA_LARK", "ada", "ad"])
@pytest.mark.usefixtures("graded")
def test_a_student_is_found_by_any_beginning_that_is_theirs_alone(student: str) -> None:
    assert grader("show", student).output.startswith("ada_lark · Sums and squares\n")


@pytest.mark.parametrize(
    ("student", "said"),
    [
        ("lark", "may be 2 students: ada_lark, bob_lark"),
        ("adda", "did you mean 'ada_lark'?"),
        ("zzz", "among the 3 students with marks"),
    ],
)
@pytest.mark.usefixtures("graded")
def test_a_name_that_is_not_one_students_is_explained(student: str, said: str) -> None:
    ran = grader("show", student)
    assert ran.exit_code == 2
    assert said in ran.stderr


@pytest.mark.usefixtures("graded")
def test_show_explains_each_part() -> None:
    said = grader("show", "bob").output
    assert "0.625 of 1 point decided, 1 wait for a person" in said
    assert "These are two twos side by side." in said
    assert "<3>" in said
    assert "1 entry of 4 wrong" in said
    assert "- It says why." in said
    assert "answers.json, line 1" in said
    assert max(map(len, said.splitlines())) <= 80


@pytest.mark.usefixtures("graded")
def test_show_can_be_asked_for_one_part() -> None:
    assert "Two and two" not in grader("show", "bob", "--part", "1.2").output
    assert "The identity" in grader("show", "bob", "--part", "1.2").output
    assert "did you mean '1.2.matrix'?" in grader("show", "bob", "--part", "1.2.matrx").stderr


@pytest.mark.usefixtures("graded")
def test_what_a_student_typed_cannot_control_the_terminal() -> None:
    said = grader("show", "bob").output
    assert "\x1b" not in said
    assert "\u202e" not in said
    assert "\\x1b[31mred" in said


def test_a_sound_rubric_is_said_to_be_sound(home: Path) -> None:
    ran = grader("lint", "sums")
    assert ran.exit_code == 0
    assert "Sums and squares (sums): 3 parts, 2 points" in ran.output
    assert "Sound:" in ran.output
    assert "mistake" in grader("lint", "sums", "--all").output
    assert home.exists()


def test_cases_stand_for_their_rubric_which_is_checked_once(home: Path) -> None:
    (home / "rubrics" / "sums.cases.yaml").write_text(
        "- {part: '1.1', answer: 4, outcome: correct}\n", "utf-8"
    )
    ran = grader("lint", "rubrics/sums.cases.yaml", "rubrics/sums.yaml", "sums")
    assert ran.exit_code == 0
    assert ran.output.count("Sums and squares (sums)") == 1
    assert "Sound: 5 answers tried" in ran.output


def test_cases_without_a_rubric_say_which_one_they_belong_to(home: Path) -> None:
    (home / "rubrics" / "sum.cases.yaml").write_text("[]\n", "utf-8")
    ran = grader("lint", "rubrics/sum.cases.yaml", "rubrics/sums.yaml")
    assert ran.exit_code == 2
    assert "holds the cases of a rubric sum.yaml, which is not beside it" in ran.stderr
    assert ran.stdout == ""


def test_a_rubric_that_misses_its_own_mistake_is_not_sound(home: Path) -> None:
    text = RUBRIC.replace("{is: 22,", "{is: 4,")
    (home / "rubrics" / "sums.yaml").write_text(text, "utf-8")
    ran = grader("lint", "rubrics/sums.yaml")
    assert ran.exit_code == 2


def test_all_faults_of_a_rubric_are_listed_with_their_lines(home: Path) -> None:
    text = RUBRIC.replace("check: count", "check: cuont").replace("points: 1\n", "pionts: 1\n")
    (home / "rubrics" / "sums.yaml").write_text(text, "utf-8")
    ran = grader("lint", "sums")
    assert ran.exit_code == 2
    assert f"{Path('rubrics/sums.yaml')}:9: found 'cuont'; meant" in ran.output
    assert "'pionts'" in ran.output


@pytest.mark.parametrize(
    "text", ["a\x1b[2Jb", "a\u202eb", "a\x07b", "a\ud800b", "a\u2028b", "a\x9bb", "a\rb"]
)
def test_control_characters_are_spelled_out(text: str) -> None:
    shown = _printing.plain(text)
    assert shown.isprintable()
    assert shown.startswith("a\\")


def test_a_long_answer_is_cut_and_says_how_much_is_left() -> None:
    shown = _printing.excerpt("x" * 5000)
    assert len(shown) < 1000
    assert "4,100 more characters" in shown


def test_help_loads_nothing_heavy() -> None:
    program = (
        "import sys\n"
        "from grader.cli import main\n"
        "main(['--help'], prog_name='grader', standalone_mode=False)\n"
        "print(*sorted(sys.modules))"
    )
    loaded = _python(program).split()
    heavy = {
        "numpy",
        "sympy",
        "pydantic",
        "rich",
        "jinja2",
        "nbformat",
        "sqlite3",
        "flint",
        "grader.pipeline",
    }
    assert heavy.isdisjoint(loaded)


def test_a_terminal_without_unicode_gets_escapes_and_no_error(graded: Path) -> None:
    program = "from grader.cli import main; main(['show', 'ada'], prog_name='grader')"
    assert "ada_lark \\xb7 Sums" in _python(program, cwd=graded, PYTHONIOENCODING="ascii")


def _python(program: str, cwd: Path | None = None, **environment: str) -> str:
    root = str(Path(grading.__file__).resolve().parent.parent)
    path = os.pathsep.join(filter(None, [root, os.environ.get("PYTHONPATH", "")]))
    ran = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", program],
        cwd=cwd,
        env={**os.environ, "PYTHONPATH": path, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    return ran.stdout
