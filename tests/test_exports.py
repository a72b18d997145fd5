"""Exports refuse what a platform would misread, name everybody who is left out, and touch nothing else."""

from __future__ import annotations

import csv
import inspect
import io
import json
import stat
import subprocess
import zipfile
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any, get_args, get_type_hints

import pytest
from click.testing import CliRunner
from click.testing import Result as Ran
from importers import (
    CanvasCourse,
    CanvasUser,
    MoodleAssignment,
    Participant,
    Refused,
    gradescope_results,
    nbgrader_scores,
)

from grader import deliver, grading, roster, sources
from grader.cli import main
from grader.deliver._order import Export, Order, Template, is_formula
from grader.errors import StaffError
from grader.types import Answer, Mark, Note, Outcome, Place, Result, Settled, Step, Verdict, Visibility


def mark(
    points: str | None = "7.5", of: str = "10", visible: Visibility = "public", part: str = "1.1"
) -> Mark:
    waits = points is None
    outcome = Outcome.UNDECIDED if waits else Outcome.PARTIAL
    verdict = Verdict(
        outcome, None if waits else Fraction(3, 4), "x", "Nearly.", "n", "", (Note("proof", "Why."),)
    )
    answer = Answer(part, "n + 1\nso", Place("hw.md", line=3))
    return Mark(
        part,
        "Sum",
        None if points is None else Decimal(points),
        Decimal(of),
        verdict,
        answer,
        visible=visible,
    )


def result(student: str = "doejane (123)", name: str = "doejane", *marks: Mark) -> Result:
    return Result(student, name, "hw1", "HW 1", marks or (mark(),))


def order(*results: Result, **more: Any) -> Order:
    return Order("hw1", "HW 1", results or (result(),), **more)


def export(target: str, given: Order) -> Export:
    done: Export = deliver.exporter(target).export(given)
    return done


JANE, BO = CanvasUser("123", "Jane Doe", "S1", "jdoe"), CanvasUser("124", "Bo Reed", "S2", "bo")
COURSE = CanvasCourse((JANE, BO), {"4711": "HW 1", "4712": "HW 2"})


def gradebook(text: str = "") -> Template:
    return Template("grades.csv", (text or COURSE.gradebook()).encode())


SITE = MoodleAssignment({"77": Participant("Jane Doe"), "78": Participant("Bo Reed")})


def worksheet(site: MoodleAssignment = SITE) -> Template:
    return Template("Grades.csv", site.worksheet())


@pytest.mark.parametrize(
    "target", [name for name in deliver.targets() if hasattr(deliver.load(name), "export")]
)
def test_every_export_keeps_the_contract(target: str) -> None:
    module = deliver.exporter(target)
    assert module.CALLED and module.NAME
    assert list(inspect.signature(module.export).parameters) == ["order"]
    try:
        done = module.export(order(result("a"), result("b"), template=Template("x.csv", b"\x00\x01")))
    except StaffError as error:
        assert len(str(error)) > 30
    else:
        assert done.files


@pytest.mark.parametrize("student", ["doejane (123)", "jdoe", "S1", "Jane Doe", "doe_jane"])
def test_canvas_finds_whoever_is_meant_by_any_key(student: str) -> None:
    name = "doejane" if "(" in student else student
    done = export("canvas_gradebook", order(result(student, name), template=gradebook()))
    assert (COURSE.upload(done.files[0].data), done.remarks) == ({"4711": {"123": Decimal("7.5")}}, ())


def test_who_is_in_the_class_list_alone_is_found_through_it() -> None:
    people = roster.parse(b"login,name,canvas id\nx77,J. D.,123\n", name="class.csv")
    known = order(result("x77", "J. D."), template=gradebook(), roster=people)
    assert COURSE.upload(export("canvas_gradebook", known).files[0].data)["4711"] == {"123": Decimal("7.5")}


@pytest.mark.parametrize(
    ("title", "column", "said"),
    [
        ("HW 3", "", "which column"),
        ("HW 1", "nothing", "which column"),
        ("Final Grade project", "Final Grade project", "without a word"),
    ],
)
def test_a_canvas_column_that_is_not_sure_is_asked_for(title: str, column: str, said: str) -> None:
    course = replace(COURSE, assignments={"4711": title, "4712": "HW 2"})
    given = order(template=gradebook(course.gradebook()), column=column)
    with pytest.raises(StaffError, match=said):
        export("canvas_gradebook", given)


@pytest.mark.parametrize("column", ["HW 2 (4712)", "4712", "hw 2"])
def test_a_canvas_column_can_be_named_by_title_or_number(column: str) -> None:
    done = export("canvas_gradebook", order(template=gradebook(), column=column))
    assert list(COURSE.upload(done.files[0].data)) == ["4712"]


@pytest.mark.parametrize("form", ["semicolons", "with a mark"])
def test_the_form_of_the_gradebook_is_kept(form: str) -> None:
    text = COURSE.gradebook()
    if form == "semicolons":
        out = io.StringIO()
        csv.writer(out, delimiter=";").writerows(csv.reader(io.StringIO(text)))
        text = out.getvalue()
    given = Template("g.csv", text.encode("utf-8-sig" if form == "with a mark" else "utf-8"))
    data = export("canvas_gradebook", order(template=given)).files[0].data
    assert data.startswith(b"\xef\xbb\xbf") == (form == "with a mark")
    assert COURSE.upload(data) == {"4711": {"123": Decimal("7.5")}}


def test_the_model_of_canvas_refuses_what_canvas_would_make_anew() -> None:
    with pytest.raises(Refused, match="new student"):
        COURSE.upload(b"Student,ID,Section,HW 1 (4711)\nEve,9,L01,3\n")
    with pytest.raises(Refused, match="new assignment"):
        COURSE.upload(b"Student,ID,Section,HW 9\nJane Doe,123,L01,3\n")
    with pytest.raises(Refused, match="Invalid header"):
        COURSE.upload(b"Name,Points\nJane,3\n")


WRONG = ["=1+1", "+1", "@x", "\t=1", " =1", "\u200b=1", "＝1", "-x"]


@pytest.mark.parametrize("name", WRONG)
def test_a_cell_that_machines_read_is_refused_and_never_changed(name: str) -> None:
    assert is_formula(name)
    course = CanvasCourse((JANE, CanvasUser("9", "x", "S9", name)), {"4711": "HW 1"})
    both = order(result(), result(name, "x"), template=gradebook(course.gradebook()))
    done = export("canvas_gradebook", both)
    assert course.upload(done.files[0].data) == {"4711": {"123": Decimal("7.5")}}
    assert len(done.remarks) == 1 and "by hand" in done.remarks[0]


@pytest.mark.parametrize("name", ["jdoe", "O'Neil", "-1.5", "7", "-", "", "a=b", "Zoë"])
def test_ordinary_cells_are_no_formulas(name: str) -> None:
    assert not is_formula(name)


@pytest.mark.parametrize("target", ["markus_marks", "nbgrader", "brightspace"])
@pytest.mark.parametrize("user", ["=cmd|' /C calc'!A0", "@SUM(A1)"])
def test_no_export_writes_a_formula_into_a_key(target: str, user: str) -> None:
    people = roster.parse(f'login,name\n"{user}",Jane Doe\n'.encode(), name="class.csv")
    done = export(target, order(result(user, "Jane Doe"), roster=people))
    assert user not in done.files[0].data.decode()
    assert "Left out" in done.remarks[0]


MOODLE_RULES = [
    (Participant("Jane Doe"), "7.5", "7.5", ""),
    (Participant("Jane Doe", grade=Decimal("7.5")), "7.5", None, ""),
    (Participant("Jane Doe", grade=Decimal(3)), "7.5", "7.5", ""),
    (Participant("Jane Doe", maximum=Decimal(5)), "7.5", None, "more than the maximum, 5"),
    (Participant("Jane Doe", locked=True), "7.5", None, "locked"),
    (Participant("Jane Doe", changed=True), "7.5", None, ""),
    (Participant("=Jane Doe"), "7.5", None, "a formula"),
]


@pytest.mark.parametrize(("one", "points", "got", "said"), MOODLE_RULES)
@pytest.mark.parametrize("comma", [False, True])
def test_rows_that_moodle_passes_over_in_silence_are_told(
    one: Participant, points: str, got: str | None, said: str, comma: bool
) -> None:
    site = MoodleAssignment({"77": one}, comma=comma)
    student = result("Participant_77", "Participant_77", mark(points))
    done = export("moodle_worksheet", order(student, template=worksheet(site)))
    assert site.upload(done.files[0].data) == ({} if got is None else {"77": Decimal(got)})
    assert said in " ".join(done.remarks)


def test_only_the_grade_of_a_moodle_row_is_new() -> None:
    before = list(csv.reader(io.StringIO(worksheet().data.decode("utf-8-sig"))))
    done = export("moodle_worksheet", order(result("Jane Doe (77)", "Jane Doe"), template=worksheet()))
    after = list(csv.reader(io.StringIO(done.files[0].data.decode("utf-8-sig"))))
    assert after[0] == before[0]
    before[1][4] = "7.5"
    assert after[1:] == [before[1]]


@pytest.mark.parametrize(("column", "left_out"), [(9, False), (3, True)])
def test_a_comment_of_staff_may_begin_with_a_dash_and_students_text_may_not(
    column: int, left_out: bool
) -> None:
    rows = list(csv.reader(io.StringIO(worksheet().data.decode("utf-8-sig"))))
    rows[1][column] = "- the sign is wrong"
    out = io.StringIO()
    csv.writer(out).writerows(rows)
    given = order(result("Participant_77", "x"), template=Template("g.csv", out.getvalue().encode()))
    assert SITE.upload(export("moodle_worksheet", given).files[0].data) == (
        {} if left_out else {"77": Decimal("7.5")}
    )


@pytest.mark.parametrize("target", ["canvas_gradebook", "brightspace", "blackboard"])
def test_a_title_that_would_be_a_formula_is_refused(target: str) -> None:
    course = replace(COURSE, assignments={"4711": "=1+1"})
    board = 'Last Name,First Name,Username,"=1+1 [Total Pts: 10 Score] |4711"\nDoe,Jane,jdoe,\n'
    template = Template("g.csv", board.encode()) if target == "blackboard" else gradebook(course.gradebook())
    people = roster.parse(b"login,name\njdoe,Jane Doe\n", name="class.csv")
    with pytest.raises(StaffError, match="a formula"):
        export(target, order(template=template, column="=1+1", roster=people))


def test_dates_that_moodle_cannot_read_are_told_with_what_to_tick() -> None:
    text = worksheet().data.decode().replace('PM","-"', 'PM","Donnerstag, 11. Februar 2021, 13:05"')
    site = text.replace("Donnerstag, 11. Februar 2021, 13:05", "jeudi 11 fevrier 2021")
    done = export(
        "moodle_worksheet", order(result("Participant_77", "x"), template=Template("g", site.encode()))
    )
    assert "Tick `Allow updating records" in done.remarks[-1]


def test_a_worksheet_in_another_language_is_read_by_what_stands_in_it() -> None:
    german = (
        "Identifikator,Vollständiger Name,Status,Bewertung,Bestwertung,Zuletzt geändert (Bewertung)\n"
        'Teilnehmer/in 77,Jane Doe,Abgegeben,-,"10,00",-\n'
    )
    done = export(
        "moodle_worksheet",
        order(result("Jane Doe (77)", "Jane Doe"), template=Template("g", german.encode())),
    )
    row = list(csv.reader(io.StringIO(done.files[0].data.decode())))[1]
    assert row == ["Teilnehmer/in 77", "Jane Doe", "Abgegeben", "7,5", "10,00", "-"]


def test_a_scale_is_refused() -> None:
    text = worksheet().data.decode().replace("Maximum Grade", "Scale")
    with pytest.raises(StaffError, match="scale"):
        export("moodle_worksheet", order(template=Template("g.csv", text.encode())))


def test_a_team_gets_one_moodle_folder_for_each_member() -> None:
    members = (result("Jane Doe", "Jane Doe"), result("Bo Reed", "Bo Reed"))
    done = export("moodle_feedback", order(*members, template=worksheet()))
    found = SITE.feedback(zipped(done))
    assert sorted(found) == ["77", "78"]


@pytest.mark.parametrize("name", ["A_77_B", "../../x", "a/b", ".hidden", "~x", "assignsubmission_file"])
def test_no_name_changes_where_a_moodle_report_goes(name: str) -> None:
    site = MoodleAssignment({"77": Participant("Jane Doe"), "78": Participant(name)})
    done = export("moodle_feedback", order(result("Participant_78", name), template=worksheet(site)))
    assert {uid: list(files) for uid, files in site.feedback(zipped(done)).items()} == {"78": ["report.html"]}
    assert all(".." not in file.path and file.path.count("/") == 1 for file in done.files)


def test_after_handing_in_again_canvas_ignores_the_old_name() -> None:
    download = Template("s.zip", zipped(Export((_file("doejane_123_456_hw1.ipynb"),))))
    done = export("canvas_feedback", order(template=download))
    assert [file.path for file in done.files] == ["doejane_123_456_report.html"]
    assert list(COURSE.comments(zipped(done), {"456": "123"})) == ["123"]
    assert COURSE.comments(zipped(done), {"999": "123"}) == {}


@pytest.mark.parametrize(
    ("student", "name"), [("Bo Reed (123)", "Bo Reed"), ("doejane (999)", "doejane"), ("ada", "ada")]
)
def test_nobody_gets_a_report_of_another_through_a_number(student: str, name: str) -> None:
    download = Template("s.zip", zipped(Export((_file("doejane_123_456_hw1.ipynb"),))))
    done = export("canvas_feedback", order(result(student, name), template=download))
    assert done.files == ()
    assert "no attachment" in done.remarks[0]


def test_a_number_of_moodle_is_nobodys_mark_on_canvas() -> None:
    done = export("canvas_gradebook", order(result("Al Other (123)", "Al Other"), template=gradebook()))
    assert COURSE.upload(done.files[0].data) == {"4711": {}}
    assert "another name" in done.remarks[0]


@pytest.mark.parametrize("target", ["canvas_gradebook", "folder", "nbgrader", "site"])
def test_nothing_goes_out_while_a_person_is_waited_for_unless_asked(target: str) -> None:
    waiting = result("jdoe", "Jane Doe", mark(), mark(None, part="1.2"))
    given = order(waiting, result("bo", "Bo Reed"), template=gradebook())
    some, every = export(target, given), export(target, replace(given, partial=True))
    assert "Jane Doe" in some.remarks[0] and "--partial" in some.remarks[0]
    assert not every.remarks
    count = {"canvas_gradebook": (1, 2), "nbgrader": (1, 2), "folder": (1, 2), "site": (1, 2)}[target]
    assert (_reports(some, target), _reports(every, target)) == count


def _reports(done: Export, target: str) -> int:
    if target in ("folder", "site"):
        return sum(file.path.endswith(".html") for file in done.files) - (target == "site")
    return len(done.files[0].data.decode().splitlines()) - 1


def settled(earned: str, less: str) -> Result:
    steps = (Step("late", Decimal(earned), f"{less} points are taken off: 2 hours late."),)
    return replace(
        result("jdoe", "Jane Doe"),
        settled=Settled(Decimal(earned), Decimal(10), Decimal(10), Decimal(0), steps),
    )


@pytest.mark.parametrize("target", ["canvas_gradebook", "nbgrader", "gradescope_results"])
def test_what_the_rules_of_the_rubric_take_off_is_taken_off_everywhere(target: str) -> None:
    data = export(target, order(settled("6.5", "1"), template=gradebook())).files[0].data
    if target == "canvas_gradebook":
        assert COURSE.upload(data) == {"4711": {"123": Decimal("6.5")}}
    elif target == "nbgrader":
        assert nbgrader_scores(data) == {"jdoe": Decimal("6.5")}
        assert ",7.5,1,6.5,10" in data.decode()
    else:
        assert gradescope_results(data)[0] == Decimal("6.5")
        assert "2 hours late" in json.loads(data)["output"]


def test_markus_is_told_what_is_taken_off_beside_the_parts() -> None:
    lines = export("markus_autotest", order(settled("6.5", "1"))).files[0].data.decode().splitlines()
    assert json.loads(lines[1])["extra_marks"][0]["mark"] == -1
    assert "enter -1 as an extra mark" in export("markus_marks", order(settled("6.5", "1"))).remarks[0]


def test_two_results_of_one_person_are_told_and_neither_is_exported() -> None:
    both = order(result("jdoe", "Jane Doe"), result("doejane (123)", "doejane"), template=gradebook())
    done = export("canvas_gradebook", both)
    assert COURSE.upload(done.files[0].data) == {"4711": {}}
    assert "both are" in done.remarks[0]


VISIBLE = {
    "public": "visible",
    "after due": "after_due_date",
    "after published": "after_published",
    "hidden": "hidden",
}


@pytest.mark.parametrize("visible", VISIBLE)
def test_parts_have_the_visibility_of_the_rubric_on_gradescope(visible: Visibility) -> None:
    given = result("ada", "Ada", mark("1", "2", visible), mark(None, "3", part="1.2"))
    done = export("gradescope_results", order(given))
    score, tests, shown = gradescope_results(done.files[0].data)
    assert (score, tests) == (Decimal(1), {"1.1": Decimal(1), "1.2": None})
    assert shown == {"1.1": VISIBLE[visible], "1.2": "visible"}
    # A part that is not shown must not be found out from the words above the tests.
    assert ("1 of 2" in json.loads(done.files[0].data)["output"]) == (visible == "public")


@pytest.mark.parametrize("target", ["markus_annotations", "markus_autotest"])
def test_markus_is_told_nothing_of_hidden_parts_but_points(target: str) -> None:
    hidden = export(target, order(result("ada", "Ada", mark("1", "2", "hidden"))))
    shown = export(target, order(result("ada", "Ada", mark("1", "2"))))
    assert b"Nearly." in shown.files[0].data
    assert not any(b"Nearly." in file.data for file in hidden.files)


NOTES = get_args(get_type_hints(Note)["kind"])


@pytest.mark.parametrize("kind", NOTES)
@pytest.mark.parametrize("target", ["gradescope_results", "markus_autotest", "markus_annotations"])
def test_every_note_but_advice_to_staff_is_told(kind: Any, target: str) -> None:
    plain = mark("1", "2")
    given = replace(plain, verdict=replace(plain.verdict, evidence=(Note(kind, "Words of a note."),)))
    text = export(target, order(result("ada", "Ada", given))).files[0].data
    assert (b"Words of a note." in text) == (kind != "advice")


def test_an_autograder_is_the_package_with_one_rubric() -> None:
    path = Path(__file__).parent.parent / "rubrics" / "csc413-2021-hw2.yaml"
    done = export("gradescope", Order("x", "x", (), rubric=path))
    files = {file.path: file.data.decode("utf-8", "replace") for file in done.files}
    assert {"setup.sh", "run_autograder", "requirements.txt", "grader/__main__.py"} <= set(files)
    assert "rubrics/csc413-2021-hw2.yaml" in files and "rubrics/csc413-2021-hw2.sheet.json" in files
    assert "reference/csc413_2021_hw2/__init__.py" in files
    assert all("==" in line for line in files["requirements.txt"].splitlines())
    assert "@RUBRIC@" not in files["setup.sh"] + files["run_autograder"]
    assert not [path for path in files if "__pycache__" in path or path.startswith("tests")]


@pytest.mark.parametrize("script", ["setup.sh", "run_autograder"])
def test_the_scripts_are_sound_shell(script: str, tmp_path: Path) -> None:
    path = Path(__file__).parent.parent / "rubrics" / "csc413-2021-hw2.yaml"
    done = export("gradescope", Order("x", "x", (), rubric=path))
    (text,) = [file.data for file in done.files if file.path == script]
    (tmp_path / script).write_bytes(text)
    assert text.startswith(b"#!/usr/bin/env bash\n")
    assert subprocess.run(["/bin/bash", "-n", tmp_path / script], check=False).returncode == 0  # noqa: S603


# The command itself.

RUBRIC = """
assignment: sums
title: Sums
parts:
  1.1: {points: 0.5, answer: {name: sum}, check: count, expected: 4}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    grading.rubric_at.cache_clear()
    (tmp_path / "rubrics").mkdir()
    (tmp_path / "rubrics" / "sums.yaml").write_text(RUBRIC, "utf-8")
    for student, answer in {"ada": 4, "bob": 5}.items():
        (tmp_path / "sums" / student).mkdir(parents=True)
        (tmp_path / "sums" / student / "a.yaml").write_text(f'answers: {{"1.1": {answer}}}', "utf-8")
    assert grader("grade", "sums").exit_code == 0
    return tmp_path


def grader(*arguments: str) -> Ran:
    return CliRunner().invoke(main, arguments, prog_name="grader")


def test_every_layout_and_every_export_is_in_the_docs() -> None:
    said = (Path(__file__).parent.parent / "docs" / "platforms.md").read_text("utf-8")
    exports = [name for name in deliver.targets() if hasattr(deliver.load(name), "export")]
    assert [name for name in exports if f"export {name.replace('_', '-')}" not in said] == []
    assert [name for name in sources.layouts() if name not in said.casefold()] == []


def test_the_help_lists_every_target() -> None:
    said = grader("export", "--help").output
    assert (
        "canvas-gradebook" in said
        and "gradescope-results" in said
        and "email" not in said.split("Targets")[1]
    )


def test_an_export_is_written_where_it_is_asked_for_and_said(home: Path) -> None:
    ran = grader("export", "nbgrader", "graded/sums", "--out", "marks.csv")
    assert ran.output == "Wrote marks.csv (one file).\n"
    assert "sums,,,ada,ada,,,0.5,0,0.5,0.5" in (home / "marks.csv").read_text("utf-8")


def test_without_a_name_the_file_lies_here_under_its_own(home: Path) -> None:
    assert grader("export", "markus-marks").exit_code == 0
    assert (home / "markus-marks.csv").read_text("utf-8").splitlines() == [",1.1", ",0.5", "ada,0.5", "bob,0"]


def test_a_single_file_can_be_printed(home: Path) -> None:
    (home / "sums" / "bob" / "a.yaml").unlink()
    (home / "sums" / "bob").rmdir()
    grader("grade", "sums", "--out", "one")
    assert (
        gradescope_results(grader("export", "gradescope-results", "one", "--out", "-").output.encode())[0] > 0
    )
    assert "a single file" in grader("export", "folder", "one", "--out", "-").output


def test_a_zip_is_the_same_each_time_and_its_scripts_can_be_run(home: Path) -> None:
    for name in ("a.zip", "b.zip"):
        assert grader("export", "gradescope", "sums", "--out", name).exit_code == 0
    assert (home / "a.zip").read_bytes() == (home / "b.zip").read_bytes()
    with zipfile.ZipFile(home / "a.zip") as archive:
        modes = {info.filename: info.external_attr >> 16 for info in archive.infolist()}
    assert modes["setup.sh"] & modes["run_autograder"] & stat.S_IXUSR
    assert not modes["rubrics/sums.yaml"] & stat.S_IXUSR


def test_the_template_is_never_written_over(home: Path) -> None:
    (home / "g.csv").write_text(COURSE.gradebook(), "utf-8")
    ran = grader("export", "canvas-gradebook", "--template", "g.csv", "--column", "4711", "--out", "g.csv")
    assert ran.exit_code == 2 and "choose another --out" in ran.output
    assert (home / "g.csv").read_text("utf-8") == COURSE.gradebook().replace("\r\n", "\n")


def test_a_folder_that_holds_something_is_not_mixed_into(home: Path) -> None:
    (home / "old").mkdir()
    (home / "old" / "x").write_text("x")
    ran = grader("export", "site", "--out", "old")
    assert ran.exit_code == 2 and "not empty" in ran.output
    assert [path.name for path in (home / "old").iterdir()] == ["x"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nbgrad",), "did you mean 'nbgrader'"),
        (("email",), "grader send email"),
        (("canvas-gradebook",), "--template"),
        (("nbgrader", "nowhere"), "no gradebook in nowhere"),
        (("nbgrader", "--assignment", "other"), "has: sums"),
        (("gradescope",), "name the rubric"),
        (("brightspace",), "--roster"),
        (("canvas-feedback", "--template", "rubrics/sums.yaml"), "no zip of submissions"),
        (("moodle-worksheet", "--template", "rubrics/sums.yaml"), "headers"),
    ],
)
def test_what_is_missing_is_said(home: Path, arguments: tuple[str, ...], said: str) -> None:
    ran = grader("export", *arguments)
    assert ran.exit_code == 2
    assert said in " ".join(ran.output.split())


def _file(path: str) -> Any:
    from grader.types import File

    return File(path, b"")


def zipped(done: Export) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for file in done.files:
            archive.writestr(file.path, file.data)
    return target.getvalue()
