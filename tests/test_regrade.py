"""Grading again touches only what changed, shows whose marks would move, and keeps what people decided."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_pipeline import hand_in, run, write_rubric

from grader import digests, grading, pipeline, program, regrading, rubric, story
from grader.cli import main
from grader.errors import StaffError
from grader.gradebook import Decision, RememberedDecision, open_gradebook
from grader.pipeline import GRADEBOOK
from grader.regrading import Regraded
from grader.types import Answer, Place

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    grading.rubric_at.cache_clear()
    write_rubric(tmp_path)
    for student, answer in {"ada": 4, "bob": 5, "cyd": 4}.items():
        hand_in(tmp_path / "sums", student, answer)
    run(tmp_path / "sums", tmp_path / "out")
    return tmp_path


def again(home: Path, *, apply: bool = False, path: Path | None = None) -> Regraded:
    grading.rubric_at.cache_clear()
    [found] = regrading.regrade(home / "out", path=path, apply=apply)
    return found


def decide(home: Path, student: str, part: str, points: str) -> None:
    with open_gradebook(home / "out" / GRADEBOOK) as book:
        result = book.latest(student, "sums")
        assert result is not None
        mark = next(mark for mark in result.marks if mark.part == part)
        assert mark.id is not None
        given = Decision("sums", student, part, Decimal(points), "tara", "Fine.", mark.id)
        book.decide([given], now=NOW)


def points(home: Path, part: str = "1.1") -> dict[str, Decimal | None]:
    with open_gradebook(home / "out" / GRADEBOOK) as book:
        results = list(book.results("sums"))
    return {one.student: mark.points for one in results for mark in one.marks if mark.part == part}


def rows(home: Path) -> int:
    with closing(sqlite3.connect(home / "out" / GRADEBOOK)) as raw:
        return int(raw.execute("SELECT count(*) FROM marks").fetchone()[0])


def test_without_a_change_nothing_is_looked_at(home: Path) -> None:
    found = again(home)
    assert (found.graded, found.unchanged, found.moved) == (0, 3, ())


def test_what_would_move_is_shown_and_does_not_count(home: Path) -> None:
    write_rubric(home, expected=5)
    before = rows(home)
    found = again(home)
    assert [(move.student, move.part, move.before, move.after) for move in found.moved] == [
        ("ada", "1.1", Decimal("0.5"), Decimal(0)),
        ("bob", "1.1", Decimal(0), Decimal("0.5")),
        ("cyd", "1.1", Decimal("0.5"), Decimal(0)),
    ]
    assert rows(home) == before
    assert points(home)["bob"] == Decimal(0)


def test_only_what_rests_on_the_change_is_judged_again(home: Path) -> None:
    write_rubric(home, expected=5)
    found = again(home)
    assert (found.answers, found.judged) == (6, 3)


def test_with_apply_it_counts_and_the_reports_follow(home: Path) -> None:
    write_rubric(home, expected=5)
    page = home / "out" / "reports" / "bob.html"
    before = page.read_text("utf-8")
    assert len(again(home, apply=True).moved) == 3
    assert points(home) == {"ada": Decimal(0), "bob": Decimal("0.5"), "cyd": Decimal(0)}
    assert page.read_text("utf-8") != before
    assert "bob,sums,1.1,correct,0.5" in (home / "out" / "marks.csv").read_text("utf-8")
    assert again(home).graded == 0
    summary = run(home / "sums", home / "out")
    assert summary.classes[0].graded == ()


def test_a_persons_mark_is_asked_again_only_where_its_evidence_changed(home: Path) -> None:
    decide(home, "ada", "1.1", "0.25")
    decide(home, "ada", "1.2", "1")
    write_rubric(home, expected=5)
    found = again(home, apply=True)
    move = next(move for move in found.moved if move.student == "ada")
    assert (move.before, move.after) == (Decimal("0.25"), None)
    assert move.why.startswith("tara had given 0.25 of 0.5 points")
    assert points(home, "1.2")["ada"] == Decimal(1)


def test_the_folder_is_not_needed(home: Path) -> None:
    for path in sorted((home / "sums").rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    write_rubric(home, expected=5)
    assert len(again(home).moved) == 3


def test_a_changed_submission_is_shown_too(home: Path) -> None:
    hand_in(home / "sums", "bob", 4)
    [move] = again(home, path=home / "sums").moved
    assert (move.student, move.after, move.why.partition(".")[0]) == ("bob", Decimal("0.5"), "Another answer")


def test_a_file_that_was_refused_still_waits_for_a_person(home: Path) -> None:
    (home / "sums" / "bob" / "answers.yaml").write_bytes(b"\xff\xfe\xfa" * 9)
    run(home / "sums", home / "out")
    assert points(home)["bob"] is None
    write_rubric(home, expected=5)
    again(home, apply=True)
    assert points(home)["bob"] is None


def test_marks_of_before_files_were_kept_need_the_folder(home: Path) -> None:
    with closing(sqlite3.connect(home / "out" / GRADEBOOK)) as raw, raw:
        raw.execute("UPDATE attempts SET files_hash = ''")
    with pytest.raises(StaffError, match=r"does not hold all files of 3 of 3 submissions \(ada, bob, cyd\)"):
        again(home)


def test_a_run_of_grade_says_how_many_marks_moved(home: Path) -> None:
    write_rubric(home, expected=5)
    summary = run(home / "sums", home / "out")
    assert len(summary.classes[0].moved) == 3


def test_a_report_follows_a_persons_mark(home: Path) -> None:
    decide(home, "ada", "1.2", "1")
    with open_gradebook(home / "out" / GRADEBOOK) as book:
        book._connection.execute(
            "UPDATE marks SET marked_at = '2999-01-01T00:00:00+00:00' WHERE who = 'tara'"
        )
    run(home / "sums", home / "out")
    assert "Marked by tara" in (home / "out" / "reports" / "ada.html").read_text("utf-8")


# --- what a verdict rests on -----------------------------------------------------------------------

REFERENCE = '''\
"""Numbers."""

SIZE = 3


def _twice(x):
    return 2 * x


def first():
    return _twice(SIZE)


def second():
    return 7
'''
RUBRIC = """\
assignment: refs
reference: numbers_of
parts:
  1.1: {title: One, points: 1, check: count, expected: ref.first}
  1.2: {title: Two, points: 1, check: count, expected: ref.second}
  1.3: {title: Three, points: 1, check: count, expected: 3}
"""


@pytest.mark.parametrize(
    ("where", "old", "new", "changed"),
    [
        ("reference", "SIZE = 3", "SIZE = 4", {"1.1"}),
        ("reference", "2 * x", "2 * x + 0", {"1.1"}),
        ("reference", "return 7", "return 8", {"1.2"}),
        ("reference", '"""Numbers."""', '"""Numbers, again."""', set()),
        ("reference", "SIZE = 3", "import math\nSIZE = 3", {"1.1", "1.2"}),
        ("rubric", "expected: 3", "expected: 4", {"1.3"}),
        ("rubric", "title: One", "title: First", set()),
        (
            "rubric",
            "points: 1, check: count, expected: ref.s",
            "points: 2, check: count, expected: ref.s",
            {"1.2"},
        ),
        ("rubric", "parts:", "# a remark\nparts:", set()),
        ("rubric", "parts:", "symbols: {x: {scalar: real}}\nparts:", {"1.1", "1.2", "1.3"}),
    ],
)
def test_a_change_touches_the_parts_that_rest_on_it(
    tmp_path: Path, where: str, old: str, new: str, changed: set[str]
) -> None:
    paths = {"reference": tmp_path / "numbers_of.py", "rubric": tmp_path / "refs.yaml"}
    paths["reference"].write_text(REFERENCE, "utf-8")
    paths["rubric"].write_text(RUBRIC, "utf-8")
    before = digests.parts(rubric.load(paths["rubric"]))
    text = paths[where].read_text("utf-8")
    assert old in text
    paths[where].write_text(text.replace(old, new, 1), "utf-8")
    after = digests.parts(rubric.load(paths["rubric"]))
    assert {part for part in after if after[part] != before[part]} == changed


def test_the_answer_and_what_stands_beside_it_count_but_not_its_line(home: Path) -> None:
    loaded = rubric.load(home / "rubrics" / "sums.yaml")

    def digest(text: str, line: int) -> str:
        given = {"1.1": (Answer("1.1", text, Place("a.md", line=line)),)}
        return digests.made_from(loaded, given, ())["1.1"]

    assert digest("4", 1) == digest("4", 9)
    assert digest("4", 1) != digest("5", 1)


def test_what_came_of_running_code_is_always_judged(home: Path) -> None:
    loaded = rubric.load(home / "rubrics" / "sums.yaml")
    ran = {"1.1": (Answer("1.1", "4", Place("a.py"), value=object()),)}
    made = digests.made_from(loaded, ran, ())
    assert made["1.1"] == "" and made["1.2"]


# --- the commands ----------------------------------------------------------------------------------


def said(*arguments: str) -> str:
    done = CliRunner().invoke(main, arguments)
    assert done.exit_code == 0, done.output
    return " ".join(done.output.split())


def test_regrade_tells_whose_marks_would_move_and_how_to_make_it_count(home: Path) -> None:
    write_rubric(home, expected=5)
    grading.rubric_at.cache_clear()
    told = said("regrade", "out")
    assert "would move 3 marks of 3 students" in told
    assert "0.5 → 0" in told
    assert "`grader regrade out --apply`" in told
    assert "judged 3 anew; what the other 3 rest on has not changed" in told


def test_history_and_explain_tell_the_story_and_undo_takes_back(home: Path) -> None:
    decide(home, "ada", "1.2", "0.5")
    told = said("history", "ada", "--out", "out")
    assert "Marked by tara. Fine." in told
    assert "1 other part: the machine's marks" in told
    told = said("explain", "ada", "1.2", "--out", "out")
    assert "tara decided: 0.5 points. Fine." in told
    assert "– / 1 again, as the machine had it" in said("undo", "ada", "1.2", "--out", "out", "--who", "theo")
    assert points(home, "1.2")["ada"] is None
    told = said("history", "ada", "--out", "out", "--part", "1.2")
    assert "Took back 0.5 / 1 of tara. What the machine gave before stands again." in told
    assert "The marks are added up: 0.5 of 0.5 points." in said("explain", "ada", "--out", "out")


def test_undo_refuses_a_mark_no_person_gave(home: Path) -> None:
    done = CliRunner().invoke(main, ["undo", "ada", "1.1", "--out", "out"])
    assert done.exit_code == 2
    assert "was not given by a person" in done.output


def test_the_gradebook_is_made_by_grade(tmp_path: Path) -> None:
    with pytest.raises(StaffError, match="there is no gradebook in"):
        regrading.regrade(tmp_path)
    assert pipeline.GRADEBOOK == "gradebook.sqlite"


# --- decisions that are remembered -----------------------------------------------------------------


def test_a_later_answer_that_says_the_same_gets_the_mark_that_was_decided(home: Path) -> None:
    with open_gradebook(home / "out" / GRADEBOOK) as book:
        [result] = book.results("sums", only=["ada"])
        mark = result.marks[1]
        assert mark.id is not None and mark.answer is not None
        kept = RememberedDecision(
            *("sums", "1.2", mark.answer.text, mark.answer.notation, Fraction(1, 2), "Too short.", "tara"),
            detail={"passage": mark.answer.passage},
        )
        given = Decision("sums", "ada", "1.2", Decimal("0.5"), "tara", "Too short.", mark.id)
        [row] = book.decide([given], now=NOW, remember=[kept])
    hand_in(home / "sums", "eve", 4)
    run(home / "sums", home / "out")
    assert points(home, "1.2") == {"ada": Decimal("0.5"), "bob": None, "cyd": None, "eve": Decimal("0.5")}
    assert "Marked by tara" in (home / "out" / "reports" / "eve.html").read_text("utf-8")
    with open_gradebook(home / "out" / GRADEBOOK) as book:
        book.undo(row.id, who="tara", now=NOW)
        [eve] = book.results("sums", only=["eve"])
        assert eve.marks[1].id is not None
        book.undo(eve.marks[1].id, who="tara", now=NOW)
    hand_in(home / "sums", "fay", 4)
    run(home / "sums", home / "out")
    assert points(home, "1.2")["fay"] is None


def test_every_point_of_a_class_is_explained_by_its_rows(home: Path) -> None:
    decide(home, "ada", "1.2", "0.75")
    decide(home, "bob", "1.1", "0.25")
    write_rubric(home, expected=5)
    again(home, apply=True)
    decide(home, "cyd", "1.2", "0")
    with open_gradebook(home / "out" / GRADEBOOK) as book:
        for result in book.results("sums"):
            for mark in result.marks:
                rows = book.history("sums", result.student, mark.part)
                assert rows[-1].id == mark.id and rows[-1].points == mark.points
                told = story.of_part(rows)
                assert [line.mark for line in told] == [story.worth(row) for row in rows]
                assert all(line.said.endswith(".") for line in told)


def test_every_room_that_judges_counts_as_the_program() -> None:
    root = Path(program.__file__).parent
    rooms = {path.relative_to(root).with_suffix("").parts[0] for path in root.rglob("*.py")}
    assert rooms >= program._SHOWING and rooms >= program._READING
    assert {"checks", "maths", "marking", "sandbox", "rubric"} <= rooms - program._SHOWING - program._READING
    assert program.digest() != program.digest(judging=True)
