"""Whatever happens to the machine, no mark is lost, doubled or half-written; old gradebooks keep all rows."""

from __future__ import annotations

import os
import signal
import sqlite3
import stat
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from random import Random

import pytest
from test_decisions import NOW, decision, recorded, result

from grader.errors import MachineError
from grader.gradebook import migrate, migrations, open_gradebook

# Marks four students over and over in one transaction each, and says what is surely kept.
WRITER = """
import sys
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from grader.gradebook import Conflict, Decision, open_gradebook

path, who = Path(sys.argv[1]), sys.argv[2]
students = ("ada", "bob", "cid", "dee")
count = 0
while count < int(sys.argv[3]):
    with open_gradebook(path) as book:
        given = []
        for one in book.results("hw"):
            mark = one.marks[0]
            points = Decimal(count % 5) / 4
            given.append(Decision("hw", one.student, mark.part, points, who, str(count), mark.id))
        try:
            book.decide(given, now=datetime.now(UTC))
        except Conflict:
            continue
    print(count, flush=True)
    count += 1
"""
STUDENTS = ("ada", "bob", "cid", "dee")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "gradebook.sqlite"
    with open_gradebook(path) as book:
        recorded(book, *(result(student) for student in STUDENTS))
    return path


def writer(path: Path, who: str, most: int = 10_000) -> subprocess.Popen[str]:
    root = Path(__file__).resolve().parent.parent
    return subprocess.Popen(  # noqa: S603 - our own text
        [sys.executable, "-c", WRITER, str(path), who, str(most)],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


def kept(path: Path, who: str) -> dict[str, list[int]]:
    """By student, the numbers of the rounds in which somebody marked them, in the order of the rows."""
    with open_gradebook(path) as book:
        return {
            student: [int(row.why) for row in book.history("hw", student, "1.1") if row.who == who]
            for student in STUDENTS
        }


def check_whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert raw.execute("PRAGMA foreign_key_check").fetchall() == []


@pytest.mark.parametrize("seed", range(6))
def test_a_program_killed_at_any_moment_loses_and_halves_nothing(path: Path, seed: int) -> None:
    running = writer(path, "tara")
    assert running.stdout is not None
    said = [int(running.stdout.readline())]
    time.sleep(Random(seed).uniform(0, 0.15))  # noqa: S311 - a moment, no secret
    running.send_signal(signal.SIGKILL)
    said += [int(line) for line in running.communicate(timeout=30)[0].split()]
    check_whole(path)
    rounds = kept(path, "tara")
    # Each round marked all four or nobody, in order, once; and what was said to be kept is kept.
    assert len({tuple(of_student) for of_student in rounds.values()}) == 1
    assert rounds["ada"] == list(range(len(rounds["ada"])))
    assert said[-1] < len(rounds["ada"]) <= said[-1] + 2


def test_two_programs_at_once_never_mark_over_each_others_head(path: Path) -> None:
    rounds = 15
    both = [writer(path, who, rounds) for who in ("tara", "theo")]
    for running in both:
        assert len(running.communicate(timeout=90)[0].split()) == rounds
        assert running.returncode == 0
    check_whole(path)
    for who in ("tara", "theo"):
        assert kept(path, who) == {student: list(range(rounds)) for student in STUDENTS}
    with open_gradebook(path) as book:
        assert all(len(book.history("hw", student, "1.1")) == 1 + 2 * rounds for student in STUDENTS)


def test_where_files_may_not_grow_nothing_is_half_written(path: Path) -> None:
    size = path.stat().st_size
    program = (
        "import resource, sys; from pathlib import Path\n"
        "sys.path.insert(0, sys.argv[2])\n"
        "from test_decisions import recorded, result; from grader.gradebook import open_gradebook\n"
        "from grader.errors import MachineError; import signal\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({size // 2}, {size // 2}))\n"
        "try:\n"
        "    with open_gradebook(Path(sys.argv[1])) as book:\n"
        "        recorded(book, *(result(f'student{n}') for n in range(2000)))\n"
        "except MachineError as error:\n"
        "    print(error); sys.exit(7)\n"
    )
    here = Path(__file__).resolve().parent
    done = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", program, str(path), str(here)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(here.parent)},
        check=False,
    )
    assert done.returncode == 7, done.stderr
    assert "Traceback" not in done.stderr
    check_whole(path)
    with open_gradebook(path) as book:
        assert [student for student, _ in book.students("hw")] == list(STUDENTS)
        book.decide([decision(book, "1")], now=NOW)


def test_a_full_disk_keeps_what_was_and_says_what_to_do(path: Path) -> None:
    with open_gradebook(path) as book:
        pages = book._connection.execute("PRAGMA page_count").fetchone()[0]
        book._connection.execute(f"PRAGMA max_page_count = {pages}")
        with pytest.raises(MachineError, match="the disk is full; free some space"):
            for _ in range(400):
                book.decide([decision(book, "1", student) for student in STUDENTS], now=NOW)
    check_whole(path)
    with open_gradebook(path) as book:
        lengths = {len(book.history("hw", student, "1.1")) for student in STUDENTS}
        assert len(lengths) == 1
        book.decide([decision(book, "0")], now=NOW)


@pytest.mark.parametrize("what", ["file", "folder"])
def test_what_may_not_be_written_is_left_as_it_is(path: Path, what: str) -> None:
    """As somebody who is not root: for root nothing is read-only."""
    before = path.read_bytes()
    target = path if what == "file" else path.parent
    for one in (path, path.parent, *path.parent.parents[:2]):
        one.chmod(one.stat().st_mode | 0o555)
    target.chmod(stat.S_IMODE(target.stat().st_mode) & ~0o222)
    root = Path(__file__).resolve().parent.parent
    program = (
        "import os, sys; from pathlib import Path\n"
        "from datetime import UTC, datetime; from decimal import Decimal\n"
        "from grader.gradebook import Decision, open_gradebook; from grader.errors import MachineError\n"
        "import grader.gradebook._people, grader.gradebook._results\n"
        "if os.getuid() == 0: os.setgid(65534); os.setuid(65534)\n"
        "try:\n"
        "    with open_gradebook(Path(sys.argv[1])) as book:\n"
        "        mark = next(iter(book.results('hw'))).marks[0]\n"
        "        given = Decision('hw', 'ada', mark.part, Decimal(1), 'tara', '', mark.id)\n"
        "        book.decide([given], now=datetime.now(UTC))\n"
        "except MachineError as error:\n"
        "    print(error); sys.exit(7)\n"
    )
    done = subprocess.run(  # noqa: S603 - our own text
        [sys.executable, "-c", program, str(path)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(root)},
        check=False,
    )
    target.chmod(stat.S_IMODE(target.stat().st_mode) | 0o222)
    assert done.returncode == 7, done.stderr
    assert "cannot be written" in done.stdout or "cannot be opened" in done.stdout
    assert path.read_bytes() == before


# --- older gradebooks ------------------------------------------------------------------------------


def old_gradebook(path: Path, students: int = 40) -> None:
    """A gradebook as the first tables had it, with rows of its time."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        migrate(raw, migrations()[:1], path)
        raw.execute("INSERT INTO meta VALUES ('secret', ?)", (b"s" * 32,))
        for number in range(1, students + 1):
            raw.execute("INSERT INTO students VALUES (?, ?)", (number, f"student{number:03}"))
            for again in range(2):
                grading = 2 * number + again
                raw.execute(
                    "INSERT INTO submissions VALUES (?, ?, 'Name', 'hw', 'Homework', 0, '[]', '{}', ?,"
                    " 'r', ?)",
                    (grading, number, f"files{again}", "2025-01-01T00:00:00+00:00"),
                )
                raw.execute(
                    "INSERT INTO answers VALUES (?, 0, '1.1', 'x', 'a.md', NULL, 1, 'plain', '')", (grading,)
                )
                raw.execute(
                    "INSERT INTO verdicts VALUES (?, 0, '1.1', 'correct', '1', 'correct', 'Yes.', 'x', '',"
                    " '[]')",
                    (grading,),
                )
                raw.execute(
                    "INSERT INTO marks (submission_id, position, part, title, points, max_points, who, why,"
                    " marked_at) VALUES (?, 0, '1.1', 'One', ?, '1', 'machine', '', '2025-01-01')",
                    (grading, f"0.{again}"),
                )


def counted(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as raw:
        tables = ("meta", "students", "submissions", "answers", "verdicts", "marks")
        return {
            name: raw.execute(f"SELECT count(*) FROM {name}").fetchone()[0]  # noqa: S608
            for name in tables
        }


def test_the_oldest_gradebook_comes_up_to_date_with_all_its_rows(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    old_gradebook(path)
    before = counted(path)
    with open_gradebook(path) as book:
        assert book.secret() == b"s" * 32
        results = list(book.results("hw"))
        assert [str(one.marks[0].points) for one in results] == ["0.1"] * 40
        assert len(book.history("hw", "student001")) == 2
        assert len(book.known()["student001"]) == 1
        mark = results[0].marks[0]
        assert mark.id is not None
        recorded(book, result("student001"))
    after = counted(path)
    assert all(after[name] >= number for name, number in before.items())
    check_whole(path)


@pytest.mark.parametrize("number", range(1, len(migrations())))
def test_a_migration_that_fails_at_its_end_rolls_back_whole(tmp_path: Path, number: int) -> None:
    path = tmp_path / "old.sqlite"
    old_gradebook(path, students=3)

    def schema() -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(path)) as raw:
            return raw.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall()

    steps = migrations()
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        migrate(raw, steps[:number], path)
    before, rows = schema(), counted(path)
    broken = (*steps[:number], f"{steps[number]}\nINSERT INTO no_such_table VALUES (1);\n")
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        with pytest.raises(sqlite3.OperationalError, match="no_such_table"):
            migrate(raw, broken, path)
        assert raw.execute("PRAGMA user_version").fetchone() == (number,)
    assert (schema(), counted(path)) == (before, rows)
    with open_gradebook(path) as book:
        assert len(list(book.results("hw"))) == 3


def test_two_programs_may_open_an_old_gradebook_at_once(tmp_path: Path) -> None:
    path = tmp_path / "old.sqlite"
    old_gradebook(path, students=5)
    root = Path(__file__).resolve().parent.parent
    program = "import sys; from pathlib import Path; from grader.gradebook import open_gradebook\n"
    program += "with open_gradebook(Path(sys.argv[1])) as book: print(len(list(book.results('hw'))))"
    running = [
        subprocess.Popen(  # noqa: S603 - our own text
            [sys.executable, "-c", program, str(path)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": str(root)},
        )
        for _ in range(3)
    ]
    assert [one.communicate(timeout=60)[0].strip() for one in running] == ["5"] * 3
    check_whole(path)


def test_a_copy_taken_while_somebody_marks_is_no_worse_than_a_gradebook(path: Path, tmp_path: Path) -> None:
    with open_gradebook(path) as book:
        book.decide([decision(book, "1")], now=NOW)
        with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(tmp_path / "copy")) as copy:
            source.backup(copy)
    with open_gradebook(tmp_path / "copy") as book:
        assert book.history("hw", "ada", "1.1")[-1].who == "tara"
