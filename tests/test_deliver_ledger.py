"""The ledger keeps every step of every delivery, and lets only one program take the next one."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from test_gradebook import result

from grader.deliver._ledger import Entry, Overtaken, State, alone, open_ledger
from grader.deliver._parcels import digest, marker
from grader.errors import StaffError
from grader.types import Result

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST = Entry("email", "hw2", "ada", "ada@example.edu", 1, "d1", "m1", State.PLANNED)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "gradebook.sqlite"


def test_what_is_written_is_read_back_in_order(path: Path) -> None:
    with open_ledger(path) as ledger:
        planned = ledger.add(FIRST, after=0, now=NOW)
        sent = ledger.add(replace(FIRST, state=State.SENT, detail="250 ok"), after=planned.id, now=NOW)
    with open_ledger(path) as ledger:
        assert ledger.histories("email", "hw2") == {"ada": (planned, sent)}
        assert ledger.histories("email", "hw1") == {}
        assert ledger.histories("canvas", "hw2") == {}
    assert sent.at == "2026-03-01T12:00:00.000+00:00"


def test_a_row_is_only_added_behind_the_last_one_its_writer_saw(path: Path) -> None:
    with open_ledger(path) as here, open_ledger(path) as there:
        planned = here.add(FIRST, after=0)
        with pytest.raises(Overtaken):
            there.add(FIRST, after=0)
        there.add(replace(FIRST, state=State.SENDING), after=planned.id)
        with pytest.raises(Overtaken):
            here.add(replace(FIRST, state=State.SENDING), after=planned.id)
        assert [entry.state for entry in here.histories("email", "hw2")["ada"]] == ["planned", "sending"]


def test_other_students_and_targets_do_not_overtake(path: Path) -> None:
    with open_ledger(path) as ledger:
        ledger.add(FIRST, after=0)
        ledger.add(replace(FIRST, student="bob"), after=0)
        ledger.add(replace(FIRST, target="canvas"), after=0)


def test_a_state_nobody_knows_is_refused_by_the_table(path: Path) -> None:
    with open_ledger(path):
        pass
    raw = sqlite3.connect(path)
    with pytest.raises(sqlite3.IntegrityError), raw:
        raw.execute("INSERT INTO deliveries VALUES (1, 'a', 'b', 'c', 'd', 1, 'e', 'f', 'lost', 'now', '')")
    raw.close()


HOLD = """
import sys
from pathlib import Path
from grader.deliver._ledger import alone
with alone(Path(sys.argv[1]), "email"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_only_one_program_sends_to_a_target_at_a_time_and_a_killed_one_lets_go(tmp_path: Path) -> None:
    with subprocess.Popen(  # noqa: S603 - our own lines above
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(StaffError, match="another grader is sending to email"), alone(tmp_path, "email"):
            raise AssertionError("two programs hold the same target")
        with alone(tmp_path, "canvas"):
            pass
        other.kill()
        other.wait()
    with alone(tmp_path, "email"):
        pass


def _changed(before: Result) -> dict[str, Result]:
    mark = before.marks[0]
    points = replace(mark, points=mark.max_points)
    words = replace(mark, verdict=replace(mark.verdict, message="Another sentence."))
    return {
        "points": replace(before, marks=(points, *before.marks[1:])),
        "words": replace(before, marks=(words, *before.marks[1:])),
        "late": replace(before, late=False),
        "problems": replace(before, problems=()),
    }


@pytest.mark.parametrize("what", ["points", "words", "late", "problems"])
def test_whatever_a_student_would_notice_changes_the_digest(what: str) -> None:
    assert digest(_changed(result())[what]) != digest(result())


def test_a_marker_is_the_same_for_the_same_delivery_and_no_other() -> None:
    ours = marker("email", "ada@example.edu", result(), 1)
    assert ours == marker("email", "ada@example.edu", result(), 1)
    others = [
        marker("canvas", "ada@example.edu", result(), 1),
        marker("email", "ada@example.org", result(), 1),
        marker("email", "ada@example.edu", result(), 2),
        marker("email", "ada@example.edu", result("bob"), 1),
        marker("email", "ada@example.edu", _changed(result())["points"], 1),
    ]
    assert len({ours, *others}) == 6
