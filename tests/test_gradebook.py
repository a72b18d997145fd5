"""The gradebook keeps what it is given, adds only, and says what to do when it cannot."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from grader import gradebook
from grader.errors import MachineError
from grader.gradebook import Gradebook, Known, Recording, migrate, migrations, open_gradebook
from grader.types import (
    Answer,
    Checklist,
    Counterexample,
    EntryMap,
    Mark,
    Note,
    Outcome,
    Place,
    Problem,
    Result,
    Verdict,
)


def mark(part: str, worth: str | None = "0.25") -> Mark:
    return Mark(
        part=part,
        title="Sum ∑",
        points=None if worth is None else Decimal(worth),
        max_points=Decimal("0.50"),
        verdict=Verdict(
            Outcome.UNDECIDED if worth is None else Outcome.PARTIAL,
            None if worth is None else Fraction(1, 2),
            "mistake-1",
            "The factor n is missing.",
            read="n + 1",
            mathml="<math><mi>n</mi></math>",
            evidence=(
                Counterexample((("n", "3"),), "4", "5"),
                EntryMap((("1", "2"),), ((True, False),)),
                Note("proof", "Exact."),
                Checklist(("the sign",), Fraction(1, 3)),
            ),
        ),
        answer=Answer(part, "$n+1$", Place("hw.ipynb", cell=2, line=1), "latex", "So $n+1$."),
    )


def test_who_may_see_a_part_is_kept(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "book.sqlite") as book:
        given = result()
        hidden = replace(given, marks=tuple(replace(one, visible="hidden") for one in given.marks))
        book.record([Recording(hidden, "s", "r")])
        assert book.latest(given.student, given.assignment) == hidden


def result(student: str = "ada", assignment: str = "hw2", worth: str | None = "0.25") -> Result:
    missing = Verdict(Outcome.MISSING, Fraction(0), "missing", "No answer was found.")
    return Result(
        student=student,
        name=f"{student.title()} Example",
        assignment=assignment,
        title="Homework 2",
        marks=(
            mark("2.1", worth),
            Mark("1.1", "Proof", Decimal(0), Decimal(1), missing, answer=None, who="person", why="page 3"),
        ),
        problems=(Problem(Place("hw.ipynb", cell=9), "The output is too large."),),
        late=True,
        headings={"2": "Sums", "1": "Proofs"},
    )


def recording(*given: Result, files: str = "f1", rubric: str = "r1") -> list[Recording]:
    return [Recording(each, files, rubric) for each in given]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gradebook.sqlite"


@pytest.fixture
def book(path: Path) -> Iterator[Gradebook]:
    with open_gradebook(path) as opened:
        yield opened


def test_a_result_comes_back_as_it_was(book: Gradebook) -> None:
    book.record(recording(result()))
    assert book.latest("ada", "hw2") == result()


def test_a_student_without_marks_has_no_result(book: Gradebook) -> None:
    book.record(recording(result()))
    assert book.latest("bob", "hw2") is None
    assert book.latest("ada", "hw3") is None


def test_the_latest_result_counts_and_the_earlier_one_stays(book: Gradebook, path: Path) -> None:
    book.record(recording(result(worth="0.25")))
    book.record(recording(result(worth="0.5"), files="f2"))
    latest = book.latest("ada", "hw2")
    assert latest is not None
    assert latest.marks[0].points == Decimal("0.5")
    with closing(sqlite3.connect(path)) as raw:
        kept = raw.execute("SELECT points FROM marks WHERE part = '2.1' ORDER BY id").fetchall()
    assert kept == [("0.25",), ("0.5",)]


def test_results_come_sorted_by_student_whatever_the_order(book: Gradebook) -> None:
    book.record(recording(result("zoe"), result("ada"), result("mia")))
    assert [each.student for each in book.results("hw2")] == ["ada", "mia", "zoe"]
    assert [each.student for each in book.results("hw2", only=["zoe", "ada"])] == ["ada", "zoe"]
    assert [student for student, _ in book.students("hw2")] == ["ada", "mia", "zoe"]


def test_assignments_are_kept_apart(book: Gradebook) -> None:
    book.record(recording(result("ada", "hw1"), result("ada", "hw2"), result("bob", "hw1")))
    assert book.assignments() == ("hw1", "hw2")
    assert [each.student for each in book.results("hw2")] == ["ada"]


def test_it_knows_what_the_latest_marks_were_made_from(book: Gradebook) -> None:
    book.record(recording(result("ada", "hw2"), files="f1"))
    book.record(recording(result("ada", "hw2"), files="f2", rubric="r2"))
    book.record(recording(result("ada", "hw1"), files="f0"))
    assert book.known() == {"ada": (Known("hw1", "f0", "r1"), Known("hw2", "f2", "r2"))}


def test_a_batch_is_kept_whole_or_not_at_all(book: Gradebook) -> None:
    broken = replace(result("bob"), assignment=None)  # type: ignore[arg-type]
    with pytest.raises(MachineError):
        book.record(recording(result("ada"), broken))
    assert book.known() == {}
    book.record(recording(result("ada")))
    assert list(book.known()) == ["ada"]


def test_text_without_a_utf8_form_is_kept_in_escapes(book: Gradebook) -> None:
    odd = Answer("2.1", "half \ud800 a pair, a null \0 too", Place("hw\udcff.yaml"))
    book.record(recording(replace(result(), marks=(replace(mark("2.1"), answer=odd),))))
    latest = book.latest("ada", "hw2")
    assert latest is not None
    assert latest.marks[0].answer == Answer(
        "2.1", "half \\ud800 a pair, a null \0 too", Place("hw\\udcff.yaml")
    )


def test_more_students_than_one_query_may_name_all_come_back(book: Gradebook) -> None:
    students = [f"student{number:04}" for number in range(1100)]
    book.record(recording(*(result(student) for student in students)))
    assert [each.student for each in book.results("hw2")] == students


def test_the_secret_is_made_once_and_differs_between_gradebooks(tmp_path: Path) -> None:
    with open_gradebook(tmp_path / "a") as first, open_gradebook(tmp_path / "b") as other:
        secret = first.secret()
        assert len(secret) == 32
        assert other.secret() != secret
    with open_gradebook(tmp_path / "a") as again:
        assert again.secret() == secret


def test_points_keep_every_digit_they_were_written_with(book: Gradebook) -> None:
    book.record(recording(result()))
    latest = book.latest("ada", "hw2")
    assert latest is not None
    assert [str(each.max_points) for each in latest.marks] == ["0.50", "1"]


def test_a_migration_that_fails_leaves_the_database_as_it_was(path: Path) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        with pytest.raises(sqlite3.OperationalError):
            migrate(raw, ("CREATE TABLE a (x);\nCREATE TABLE a (x);",), path)
        assert raw.execute("SELECT name FROM sqlite_master").fetchall() == []
        assert raw.execute("PRAGMA user_version").fetchone() == (0,)


def test_a_database_is_brought_up_step_by_step_and_keeps_its_rows(path: Path) -> None:
    steps = ("CREATE TABLE a (x);\n", "ALTER TABLE a ADD COLUMN y;\n")
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        migrate(raw, steps[:1], path)
        raw.execute("INSERT INTO a VALUES (1)")
        migrate(raw, steps, path)
        migrate(raw, steps, path)
        assert raw.execute("SELECT x, y FROM a").fetchall() == [(1, None)]


def test_migrations_are_numbered_without_gaps_or_doubles() -> None:
    folder = Path(gradebook.__file__).parent.parent / "migrations"
    numbers = sorted(int(path.name[:3]) for path in folder.glob("*.sql"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_gradebook_of_a_newer_program_is_refused(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(f"PRAGMA user_version = {len(migrations()) + 1}")
    with pytest.raises(MachineError, match="newer version"):
        open_gradebook(path)


def test_a_file_that_is_no_database_is_refused_and_left_alone(path: Path) -> None:
    path.write_text("student,points\nada,3\n" * 100)
    with pytest.raises(MachineError, match=r"damaged or is no gradebook; move it away"):
        open_gradebook(path)
    assert path.read_text().startswith("student,points")


def test_a_gradebook_in_a_folder_that_does_not_exist_says_so(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="check that its folder exists"):
        open_gradebook(tmp_path / "nowhere" / "gradebook.sqlite")


def test_a_gradebook_that_another_program_holds_says_so(
    book: Gradebook, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("grader.gradebook._file._WAIT_S", 0.01)
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        with open_gradebook(path) as second, pytest.raises(MachineError, match="in use by another program"):
            second.record(recording(result()))
        other.execute("ROLLBACK")
    book.record(recording(result()))


def test_a_full_disk_says_so_and_keeps_what_was_finished(book: Gradebook) -> None:
    book.record(recording(result("ada")))
    pages = book._connection.execute("PRAGMA page_count").fetchone()[0]
    book._connection.execute(f"PRAGMA max_page_count = {pages + 1}")
    with pytest.raises(MachineError, match="the disk is full"):
        book.record(recording(*(result(f"student{number}") for number in range(200))))
    assert list(book.known()) == ["ada"]


def test_a_gradebook_that_cannot_be_written_says_so(path: Path, book: Gradebook) -> None:
    book._connection.execute("PRAGMA query_only = ON")
    with pytest.raises(MachineError, match="cannot be written"):
        book.record(recording(result()))


def test_a_copy_of_the_file_is_a_whole_gradebook_once_it_is_closed(path: Path, tmp_path: Path) -> None:
    with open_gradebook(path) as opened:
        opened.record(recording(result()))
    shutil.copy(path, tmp_path / "copy.sqlite")
    with open_gradebook(tmp_path / "copy.sqlite") as copy:
        assert copy.latest("ada", "hw2") == result()


def test_a_program_that_is_killed_loses_only_what_was_not_finished(path: Path) -> None:
    with open_gradebook(path) as book:
        book.record(recording(result("ada")))
    program = (
        "import os, sys; from pathlib import Path; from grader.gradebook import open_gradebook\n"
        "rows = open_gradebook(Path(sys.argv[1]))._connection\n"
        "rows.execute('BEGIN IMMEDIATE')\n"
        "rows.execute(\"INSERT INTO students (student) VALUES ('half')\")\n"
        "os._exit(9)\n"
    )
    killed = subprocess.run([sys.executable, "-c", program, str(path)], check=False)  # noqa: S603 - our own text
    assert killed.returncode == 9
    with open_gradebook(path) as book:
        assert list(book.known()) == ["ada"]
        assert book.latest("ada", "hw2") == result("ada")
