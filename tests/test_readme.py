"""What the README shows works: its files are written, its commands are run, its promises are kept."""

from __future__ import annotations

import csv
import doctest
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest
from make_examples import ASSIGNMENTS

ROOT: Final = Path(__file__).resolve().parent.parent
README: Final = (ROOT / "README.md").read_text("utf-8")
FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
FILE: Final = re.compile(r"\A(?:# file: (?P<hash>\S+)|<!-- file: (?P<html>\S+) -->)\n")
# What the Makefile and the README install with; a test of every run cannot install, so these are compared.
SET_UP: Final = ("python3 -m venv .venv", "-m pip install", "-c constraints.txt -e .")


def blocks(*languages: str) -> list[str]:
    return [body for language, body in FENCE.findall(README) if language in languages]


def commands() -> list[str]:
    return [line for body in blocks("sh", "bash", "console") for line in body.splitlines() if line.strip()]


def shown_files() -> dict[str, str]:
    found = {}
    for _, body in FENCE.findall(README):
        if match := FILE.match(body):
            found[match["hash"] or match["html"]] = body[match.end() :]
    return found


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A place as a reader has it: what the repository holds, the files of the README, a ready `.venv`."""
    place = tmp_path_factory.mktemp("readme")
    for name in ("submissions_example", "rubrics", "reference", "grader"):
        shutil.copytree(ROOT / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("Makefile", "pyproject.toml", "constraints.txt"):
        shutil.copy(ROOT / name, place / name)
    for path, text in shown_files().items():
        (place / path).parent.mkdir(parents=True, exist_ok=True)
        (place / path).write_text(text, "utf-8")
    (place / ".venv" / "bin").mkdir(parents=True)
    for name, arguments in {"python": "", "grader": f' -c "{MAIN}"'}.items():
        script = place / ".venv" / "bin" / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)}{arguments} "$@"\n')
        script.chmod(0o755)
    # Newer than what they stand for: make takes the set-up as done.
    for stamp in ("installed", "installed-dev"):
        (place / ".venv" / stamp).touch()
    return place


def test_what_the_readme_asks_in_python_is_answered_so() -> None:
    sessions = [body for body in blocks("python") if body.startswith(">>>")]
    examples = doctest.DocTestParser().get_doctest("\n".join(sessions), {}, "README", "README.md", 0)
    assert examples.examples
    assert doctest.DocTestRunner(verbose=False).run(examples).failed == 0


MAIN: Final = "from grader.cli import main; main(prog_name='grader')"


def run(command: str, place: Path) -> str:
    ran = subprocess.run(  # noqa: S602 - the commands of our own README
        command, shell=True, cwd=place, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, f"{command}\n{ran.stdout}\n{ran.stderr}"
    return ran.stdout


@pytest.fixture(scope="module")
def said(place: Path) -> dict[str, str]:
    """What every command of the README printed, run in the order of the page."""
    printed = {}
    for command in commands():
        if re.match(r"(\S+=\S+ )*(python3 -m venv|\.venv/bin/pip|git clone|cd) ?", command):
            continue
        # This test is part of `make test`: it is unrolled, not run inside itself.
        runnable = command.replace("make test", "make --dry-run test")
        runnable = re.sub(r"^(?:\.venv/bin/)?grader ", ".venv/bin/grader ", runnable)
        printed[command] = run(runnable, place)
    return printed


def test_every_command_of_the_readme_succeeds(said: dict[str, str]) -> None:
    assert {"make example", "make test"} <= set(said)
    assert any(command.startswith("grader grade") for command in said)
    assert any(command.startswith("grader lint") for command in said)
    assert any(command.startswith("grader show") for command in said)


def test_every_command_is_one_that_is_known() -> None:
    kinds = (
        r"make (example|test)",
        r"(\.venv/bin/)?(grader|pip) .*",
        r"python3 (-m venv \.venv|\S+\.pyz .*)",
        r"(git clone|cd) .*",
    )
    known = re.compile(rf"(\S+=\S+ )*({'|'.join(kinds)})")
    assert [command for command in commands() if not known.fullmatch(command)] == []


def test_setting_up_by_hand_is_what_make_does() -> None:
    steps = run("make --dry-run --always-make VENV=.venv example", ROOT)
    by_hand = "\n".join(commands()).replace(".venv/bin/pip install", ".venv/bin/python -m pip install")
    for step in SET_UP:
        assert step in steps.replace("--quiet ", "")
        assert step in by_hand


def test_make_test_runs_every_tool(said: dict[str, str]) -> None:
    for tool in ("ruff check .", "ruff format --check .", "mypy", "pytest -n auto"):
        assert f".venv/bin/{tool}\n" in said["make test"]


def test_the_examples_are_graded_and_it_is_said_where_the_reports_are(
    said: dict[str, str], place: Path
) -> None:
    for assignment in ASSIGNMENTS:
        assert f"out/{assignment}/index.html" in said["make example"]
        assert (place / "out" / assignment / "index.html").exists()
        assert list((place / "out" / assignment / "reports").glob("*.html"))


def test_the_rubric_of_the_readme_is_sound(said: dict[str, str]) -> None:
    [lint] = [printed for command, printed in said.items() if command.startswith("grader lint")]
    assert "Sound:" in lint


def test_the_class_of_the_readme_gets_the_marks_its_answers_deserve(
    said: dict[str, str], place: Path
) -> None:
    assert said
    with (place / "graded" / "sheet-1" / "marks.csv").open(encoding="utf-8", newline="") as table:
        marks = {
            (row["student"], row["part"]): (row["outcome"], row["points"]) for row in csv.DictReader(table)
        }
    assert marks == {
        ("robin_reed", "1.1"): ("correct", "1"),
        ("robin_reed", "1.2"): ("partial", "1.4"),
        ("robin_reed", "1.3"): ("undecided", ""),
        ("sam_sedge", "1.1"): ("partial", "0.8889"),
        ("sam_sedge", "1.2"): ("correct", "2"),
        ("sam_sedge", "1.3"): ("undecided", ""),
    }


def test_show_explains_what_the_readme_says_it_explains(said: dict[str, str]) -> None:
    [shown] = [printed for command, printed in said.items() if command.startswith("grader show")]
    assert shown.startswith("sam_sedge")
    assert "<8>" in shown


def test_every_picture_and_path_of_the_readme_is_there() -> None:
    pictures = re.findall(r"!\[[^]]*]\(([^)]+)\)", README)
    paths = re.findall(r"`([a-z_]+/(?:[a-z_/]+\.(?:py|md))?)`", README)
    assert pictures
    made = ("graded/", "reports/", "checks/", "sources/", "documents/")
    for path in [*pictures, *(path for path in paths if path not in made)]:
        assert (ROOT / path).exists(), path


def test_the_readme_names_every_kind_of_check() -> None:
    from grader import checks

    for kind in checks.kinds():
        assert f"`{kind}`" in README
