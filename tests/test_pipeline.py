"""A class goes through the whole line: what changed is graded, nothing is lost, one cannot harm another."""

from __future__ import annotations

import csv
import os
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from grader import documents, extract, grading, marking, pipeline, workers
from grader.errors import MachineError, StaffError
from grader.gradebook import open_gradebook
from grader.pages import report
from grader.pipeline import GRADEBOOK, Progress, Summary
from grader.types import Document, File, Mark, Outcome, Result

RUBRIC = """
assignment: {assignment}
title: Sums
parts:
  1.1:
    title: Two and two
    points: 0.5
    answer: {{name: sum}}
    check: count
    expected: {expected}
  1.2:
    title: Why
    points: 1
    check: person
    items: [It says why.]
"""


def write_rubric(root: Path, assignment: str = "sums", expected: int = 4) -> Path:
    path = root / "rubrics" / f"{assignment}.yaml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(RUBRIC.format(assignment=assignment, expected=expected), "utf-8")
    return path


def hand_in(folder: Path, student: str, answer: object = 4, *, assignment: str = "") -> Path:
    path = folder / student / "answers.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    named = f"assignment: {assignment}\n" if assignment else ""
    path.write_text(f'{named}answers: {{"1.1": {answer}, "1.2": because}}\n', "utf-8")
    return path


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty place with a rubric for `sums`; rubrics are read anew."""
    monkeypatch.chdir(tmp_path)
    grading.rubric_at.cache_clear()
    write_rubric(tmp_path)
    return tmp_path


@pytest.fixture
def klass(home: Path) -> Path:
    for student, answer in {"ada": 4, "bob": 5, "cyd": 4}.items():
        hand_in(home / "sums", student, answer)
    return home / "sums"


def run(path: Path, out: Path, **options: Any) -> Summary:
    grading.rubric_at.cache_clear()
    return pipeline.grade(path, out, **options)


def results(out: Path, assignment: str = "sums") -> dict[str, Result]:
    with open_gradebook(out / GRADEBOOK) as book:
        return {result.student: result for result in book.results(assignment)}


def first_marks(out: Path, assignment: str = "sums") -> dict[str, Decimal | None]:
    return {student: result.marks[0].points for student, result in results(out, assignment).items()}


def mark_of(out: Path, student: str) -> Mark:
    return results(out)[student].marks[0]


def rows(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def pages(out: Path) -> dict[str, bytes]:
    return {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*.html")}


def test_a_class_gets_reports_an_overview_a_table_and_a_gradebook(klass: Path, home: Path) -> None:
    summary = run(klass, home / "out")
    assert sorted(pages(home / "out")) == [
        "index.html",
        "reports/ada.html",
        "reports/bob.html",
        "reports/cyd.html",
    ]
    assert first_marks(home / "out") == {"ada": Decimal("0.5"), "bob": Decimal(0), "cyd": Decimal("0.5")}
    table = rows(home / "out" / "marks.csv")
    assert [(row["student"], row["part"], row["points"]) for row in table[:3]] == [
        ("ada", "1.1", "0.5"),
        ("ada", "1.2", ""),
        ("bob", "1.1", "0"),
    ]
    assert [summary.classes[0].graded, summary.not_graded] == [("ada", "bob", "cyd"), ()]


def test_a_second_run_grades_nothing_and_writes_the_same(klass: Path, home: Path) -> None:
    run(klass, home / "out")
    before = pages(home / "out"), (home / "out" / "marks.csv").read_bytes()
    summary = run(klass, home / "out")
    assert (summary.classes[0].graded, summary.classes[0].unchanged) == ((), ("ada", "bob", "cyd"))
    assert (pages(home / "out"), (home / "out" / "marks.csv").read_bytes()) == before


def test_two_places_give_the_same_bytes(klass: Path, home: Path) -> None:
    run(klass, home / "out")
    run(klass, home / "other")
    assert pages(home / "out") == pages(home / "other")


def test_who_hands_in_again_is_graded_again_alone(klass: Path, home: Path) -> None:
    run(klass, home / "out")
    hand_in(klass, "bob", 4)
    summary = run(klass, home / "out")
    assert (summary.classes[0].graded, summary.classes[0].unchanged) == (("bob",), ("ada", "cyd"))
    assert first_marks(home / "out")["bob"] == Decimal("0.5")


def test_a_changed_rubric_grades_everyone_again(klass: Path, home: Path) -> None:
    run(klass, home / "out")
    write_rubric(home, expected=5)
    assert run(klass, home / "out").classes[0].graded == ("ada", "bob", "cyd")
    assert first_marks(home / "out") == {"ada": Decimal(0), "bob": Decimal("0.5"), "cyd": Decimal(0)}


def test_everyone_is_graded_again_when_asked(klass: Path, home: Path) -> None:
    run(klass, home / "out")
    assert run(klass, home / "out", again=True).classes[0].graded == ("ada", "bob", "cyd")


def test_a_student_who_comes_later_joins_the_class(klass: Path, home: Path) -> None:
    run(klass, home / "out")
    hand_in(klass, "abe")
    assert run(klass, home / "out").classes[0].graded == ("abe",)
    assert [row["student"] for row in rows(home / "out" / "marks.csv")][::2] == ["abe", "ada", "bob", "cyd"]


def test_a_student_who_is_gone_keeps_the_marks_and_is_named(klass: Path, home: Path) -> None:
    run(klass, home / "out")
    hand_in(klass, "bob").unlink()
    (klass / "bob").rmdir()
    assert run(klass, home / "out").classes[0].kept == ("bob",)
    assert {row["student"] for row in rows(home / "out" / "marks.csv")} == {"ada", "bob", "cyd"}


def test_a_report_that_was_deleted_comes_back(klass: Path, home: Path) -> None:
    run(klass, home / "out")
    page = home / "out" / "reports" / "ada.html"
    before = page.read_bytes()
    page.unlink()
    run(klass, home / "out")
    assert page.read_bytes() == before


def test_a_broken_submission_stops_nobody_and_waits_for_a_person(klass: Path, home: Path) -> None:
    hand_in(klass, "bob").write_bytes(b"\xff\xfe\x00broken")
    summary = run(klass, home / "out")
    assert summary.classes[0].graded == ("ada", "bob", "cyd")
    assert [(unread.name, unread.problem.place.file) for unread in summary.classes[0].unread] == [
        ("bob", "answers.yaml")
    ]
    assert {mark.verdict.outcome for mark in results(home / "out")["bob"].marks} == {Outcome.UNREADABLE}
    assert first_marks(home / "out")["bob"] is None


def test_a_broken_file_beside_a_good_one_takes_no_answer_away(klass: Path, home: Path) -> None:
    (klass / "ada" / "notes.ipynb").write_text("{", "utf-8")
    run(klass, home / "out")
    assert first_marks(home / "out")["ada"] == Decimal("0.5")
    assert [problem.place.file for problem in results(home / "out")["ada"].problems] == ["notes.ipynb"]


@pytest.mark.parametrize("error", [RecursionError("deep"), MemoryError(), ValueError("odd")])
def test_a_reader_that_fails_on_one_file_costs_nobody_a_mark(
    klass: Path, home: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    read = documents.read

    def fails(file: File) -> Document:
        if b"5" in file.data:
            raise error
        return read(file)

    monkeypatch.setattr(documents, "read", fails)
    run(klass, home / "out")
    assert first_marks(home / "out") == {"ada": Decimal("0.5"), "bob": None, "cyd": Decimal("0.5")}
    assert type(error).__name__ in results(home / "out")["bob"].problems[0].message


def test_a_search_for_answers_that_fails_waits_for_a_person(
    klass: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> None:
        raise RecursionError

    monkeypatch.setattr(extract, "find", fails)
    run(klass, home / "out")
    assert set(first_marks(home / "out").values()) == {None}


def test_a_report_that_cannot_be_made_leaves_a_page_and_the_marks(
    klass: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Result) -> str:
        raise ValueError

    monkeypatch.setattr(report, "student_page", fails)
    run(klass, home / "out")
    assert "could not be made" in pages(home / "out")["reports/ada.html"].decode()
    assert first_marks(home / "out")["ada"] == Decimal("0.5")


def test_a_report_that_cannot_be_made_is_told_and_tried_again(
    klass: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make = report.student_page

    def fails(result: Result) -> str:
        if result.student == "bob":
            raise ValueError("odd")
        return make(result)

    whole = run(klass, home / "whole")
    assert whole.classes[0].no_report == ()
    with monkeypatch.context() as patched:
        patched.setattr(report, "student_page", fails)
        told = [run(klass, home / "out").classes[0] for _ in range(2)]
    assert [len(one.graded) for one in told] == [3, 0]
    for one in told:
        assert [unread.name for unread in one.no_report] == ["bob"]
        assert one.no_report[0].problem.message.startswith("ValueError: odd (test_pipeline.py, line ")
    assert run(klass, home / "out").classes[0].no_report == ()
    assert pages(home / "out") == pages(home / "whole")


def test_a_report_that_another_process_cannot_make_is_told(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(45):
        hand_in(home / "sums", f"student{number:02}")
    monkeypatch.setattr(workers, "_grade_chunk", _cannot_show_student_13)
    summary = run(home / "sums", home / "out", jobs=2)
    assert [unread.name for unread in summary.classes[0].no_report] == ["student13"]
    assert len(first_marks(home / "out")) == 45


def _cannot_show_student_13(chunk: list[workers.Task], desk: grading.Desk) -> Any:
    def fails(result: Result) -> str:
        if result.student == "student13":
            raise ValueError("odd")
        return ""

    report.student_page = fails
    return _GRADE_CHUNK(chunk, desk)


def test_a_submission_the_program_fails_on_is_named_and_tried_again(
    klass: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(marking, "result", lambda *_, **__: 1 // 0)
        summary = run(klass, home / "out")
    assert [unread.name for unread in summary.not_graded] == ["ada", "bob", "cyd"]
    assert run(klass, home / "out").classes[0].graded == ("ada", "bob", "cyd")


def test_a_submission_names_its_rubric(home: Path) -> None:
    write_rubric(home, "more", expected=5)
    hand_in(home / "downloads", "ada", 5, assignment="more")
    run(home / "downloads", home / "out")
    assert first_marks(home / "out", "more") == {"ada": Decimal("0.5")}


def test_those_who_name_no_assignment_go_with_the_class(home: Path) -> None:
    hand_in(home / "downloads", "ada", 4, assignment="sums")
    hand_in(home / "downloads", "bob", 4)
    assert run(home / "downloads", home / "out").not_graded == ()
    assert set(first_marks(home / "out")) == {"ada", "bob"}
    assert run(home / "downloads", home / "out").classes[0].unchanged == ("ada", "bob")


def test_a_folder_of_two_assignments_is_two_classes(home: Path) -> None:
    write_rubric(home, "more", expected=5)
    hand_in(home / "downloads", "ada", 5, assignment="more")
    hand_in(home / "downloads", "bob", 4, assignment="sums")
    hand_in(home / "downloads", "cyd", 4)
    summary = run(home / "downloads", home / "out")
    assert sorted(pages(home / "out")) == [
        "more/index.html",
        "more/reports/ada.html",
        "sums/index.html",
        "sums/reports/bob.html",
    ]
    assert [unread.name for unread in summary.not_graded] == ["cyd"]
    assert "assignment: ..." in summary.not_graded[0].problem.message


def test_a_rubric_that_staff_name_is_for_everyone_and_a_contradiction_is_told(home: Path) -> None:
    path = write_rubric(home, "more", expected=5)
    hand_in(home / "sums", "ada", 5, assignment="sums")
    run(home / "sums", home / "out", rubric=path)
    found = results(home / "out", "more")["ada"]
    assert found.marks[0].points == Decimal("0.5")
    assert "'sums'" in found.problems[0].message


def test_an_assignment_nobody_knows_is_told_and_the_folder_decides(klass: Path, home: Path) -> None:
    hand_in(klass, "ada", 4, assignment="smus")
    run(klass, home / "out")
    assert first_marks(home / "out")["ada"] == Decimal("0.5")
    assert "did you mean 'sums'?" in results(home / "out")["ada"].problems[0].message


def test_a_submission_cannot_bring_its_own_rubric(klass: Path, home: Path) -> None:
    own = klass / "ada" / "rubrics"
    own.mkdir()
    (own / "mine.yaml").write_text(RUBRIC.format(assignment="mine", expected=7), "utf-8")
    hand_in(klass, "ada", 7, assignment="mine")
    run(klass, home / "out")
    assert mark_of(home / "out", "ada").points in (Decimal(0), None)


@pytest.mark.parametrize("name", ["../rubrics/sums", "rubrics/sums.yaml", "/etc/passwd", "sums\\0"])
def test_a_path_is_no_name_of_an_assignment(klass: Path, home: Path, name: str) -> None:
    hand_in(klass, "ada", 4, assignment=f'"{name}"')
    assert "ada" in run(klass, home / "out").classes[0].graded


def test_a_zip_and_its_folder_get_the_same_marks(klass: Path, home: Path) -> None:
    with zipfile.ZipFile(home / "sums.zip", "w") as archive:
        for path in sorted(klass.rglob("*.yaml")):
            archive.write(path, path.relative_to(klass.parent))
    run(home / "sums.zip", home / "zipped")
    run(klass, home / "out")
    assert first_marks(home / "zipped") == first_marks(home / "out")


def test_one_file_is_a_class_of_one(home: Path) -> None:
    path = hand_in(home, "ada", 4, assignment="sums")
    run(path, home / "out")
    assert list(first_marks(home / "out").values()) == [Decimal("0.5")]


def test_a_class_of_many_is_graded_by_several_processes_with_the_same_result(home: Path) -> None:
    for number in range(60):
        hand_in(home / "sums", f"student{number:02}", number % 6)
    counts: list[Progress] = []
    run(home / "sums", home / "two", jobs=2, progress=counts.append)
    run(home / "sums", home / "one", jobs=1)
    assert results(home / "two") == results(home / "one")
    assert pages(home / "two") == pages(home / "one")
    assert [count.graded for count in counts] == [10, 20, 30, 40, 50, 60]


def test_a_submission_that_kills_its_process_takes_nobody_along(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(60):
        hand_in(home / "sums", f"student{number:02}")
    monkeypatch.setattr(workers, "_grade_chunk", _dies_of_student_13)
    summary = run(home / "sums", home / "out", jobs=2)
    assert [unread.name for unread in summary.not_graded] == ["student13"]
    assert len(first_marks(home / "out")) == 59


def _dies_of_student_13(chunk: list[workers.Task], desk: grading.Desk) -> Any:
    if any(task.submission.student == "student13" for task in chunk):
        os._exit(1)
    return _GRADE_CHUNK(chunk, desk)


_GRADE_CHUNK: Callable[..., Any] = workers._grade_chunk


def test_a_run_that_is_stopped_keeps_what_it_had_finished(home: Path) -> None:
    for number in range(30):
        hand_in(home / "sums", f"student{number:02}")

    def stop(now: Progress) -> None:
        if now.graded == 20:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(home / "sums", home / "out", progress=stop)
    assert len(first_marks(home / "out")) == 20
    assert len(run(home / "sums", home / "out").classes[0].graded) == 10


def test_a_rubric_with_faults_stops_the_run_before_anything_is_written(klass: Path, home: Path) -> None:
    (home / "rubrics" / "sums.yaml").write_text("assignment: sums\nparts: {1.1: {chek: count}}\n", "utf-8")
    with pytest.raises(StaffError, match=r"sums\.yaml:2"):
        run(klass, home / "out")
    assert not (home / "out").exists()


def test_a_rubric_whose_values_cannot_be_used_stops_the_run_in_every_process(home: Path) -> None:
    for number in range(50):
        hand_in(home / "sums", f"student{number:02}")
    text = RUBRIC.format(assignment="sums", expected="ref.nowhere")
    (home / "rubrics" / "sums.yaml").write_text(text, "utf-8")
    with pytest.raises(StaffError, match=r"ref\.nowhere"):
        run(home / "sums", home / "out", jobs=2)


def test_a_class_without_a_rubric_asks_for_one(home: Path) -> None:
    hand_in(home / "downloads", "ada")
    with pytest.raises(StaffError, match="--rubric"):
        run(home / "downloads", home / "out")


def test_an_empty_folder_is_no_class(home: Path) -> None:
    (home / "sums").mkdir()
    with pytest.raises(StaffError, match="holds no submissions"):
        run(home / "sums", home / "out")


def test_reports_are_never_written_among_the_submissions(klass: Path) -> None:
    with pytest.raises(StaffError, match="--out"):
        run(klass, klass / "graded")


def test_a_place_that_cannot_be_written_says_so(klass: Path, home: Path) -> None:
    (home / "out").write_text("a file")
    with pytest.raises(MachineError, match="--out"):
        run(klass, home / "out")


def test_two_submissions_under_one_name_are_told(
    klass: Path, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from grader import sources

    intake = sources.read(klass)
    twice = [each for each in intake.submissions for _ in range(2)]
    monkeypatch.setattr(sources, "read", lambda *_: sources.Intake("folder", twice, ()))
    summary = run(klass, home / "out")
    assert [unread.name for unread in summary.not_graded] == ["ada", "bob", "cyd"]
    assert summary.classes[0].graded == ("ada", "bob", "cyd")


def test_where_a_class_is_graded_to_follows_from_its_name(home: Path) -> None:
    (home / "hw2.a").mkdir()
    assert pipeline.default_out(Path("hw2.a")) == Path("graded/hw2.a")
    assert pipeline.default_out(Path("x/hw2.zip")) == Path("graded/hw2")
