"""Reading submissions: which layout a path has, whose each file is, and what names say."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

from grader import sources
from grader.errors import StaffError
from grader.sources import canvas, moodle
from grader.sources._intake import shown
from grader.types import Submission


def tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def zipped(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return path


def read(path: Path, layout: str | None = None) -> dict[str, Submission]:
    return {submission.student: submission for submission in sources.read(path, layout).submissions}


def paths(submission: Submission) -> list[str]:
    return [file.path for file in submission.files]


def test_each_sub_folder_and_each_loose_file_is_a_student(tmp_path: Path) -> None:
    found = read(tree(tmp_path, {"ada/a.md": "1", "ada/sub/b.md": "2", "bob.yaml": "3"}))
    assert {student: paths(one) for student, one in found.items()} == {
        "ada": ["a.md", "sub/b.md"],
        "bob": ["bob.yaml"],
    }


def test_a_loose_file_joins_the_folder_of_the_same_name(tmp_path: Path) -> None:
    found = read(tree(tmp_path, {"ada/a.md": "1", "ada.yaml": "2"}))
    assert sorted(paths(found["ada"])) == ["a.md", "ada.yaml"]


@pytest.mark.parametrize("name", ["README.md", "expected.csv", "Expected_marks.yaml", "marks.csv"])
def test_what_staff_keep_beside_a_class_is_no_student(tmp_path: Path, name: str) -> None:
    assert set(read(tree(tmp_path, {name: "x", "ada/a.md": "1"}))) == {"ada"}


@pytest.mark.parametrize("name", [".DS_Store", "__MACOSX/ada/._a.md", "ada/.ipynb_checkpoints/a.ipynb"])
def test_litter_of_the_system_is_ignored(tmp_path: Path, name: str) -> None:
    found = read(zipped(tmp_path / "class.zip", {name: "x", "ada/a.md": "1"}))
    assert {student: paths(one) for student, one in found.items()} == {"ada": ["a.md"]}


def test_a_student_with_an_empty_folder_is_not_lost(tmp_path: Path) -> None:
    (tmp_path / "ada").mkdir()
    submission = read(tmp_path)["ada"]
    assert submission.files == () and "Nothing was handed in" in submission.problems[0].message


def test_one_file_is_one_student(tmp_path: Path) -> None:
    path = tree(tmp_path, {"ada.yaml": "1"}) / "ada.yaml"
    assert sources.read(path).layout == "single_file"
    assert paths(read(path)["ada"]) == ["ada.yaml"]


def test_a_zip_reads_as_its_folder_does_with_or_without_one_that_wraps_it(tmp_path: Path) -> None:
    files = {"ada/a.md": "1", "bob/b.md": "2"}
    plain = read(zipped(tmp_path / "class.zip", files))
    wrapped = read(zipped(tmp_path / "other.zip", {f"hw2/{name}": text for name, text in files.items()}))
    assert plain == wrapped == read(tree(tmp_path / "folder", files))


def test_a_zip_in_a_students_folder_is_opened_one_level_deep(tmp_path: Path) -> None:
    inner = zipped(tmp_path / "inner.zip", {"b.md": "2", "deep.zip": "x"})
    (tmp_path / "class" / "ada").mkdir(parents=True)
    inner.rename(tmp_path / "class" / "ada" / "work.zip")
    submission = read(tmp_path / "class")["ada"]
    assert paths(submission) == ["work.zip/b.md"]
    assert "zip inside a zip" in submission.problems[0].message


def test_bytes_are_read_only_when_a_student_is_reached(tmp_path: Path) -> None:
    submissions = iter(sources.read(tree(tmp_path, {"ada/a.md": "1", "bob/b.md": "2"})).submissions)
    next(submissions)
    (tmp_path / "bob" / "b.md").write_text("later")
    assert next(submissions).files[0].data == b"later"


CANVAS = [
    ("doejane_123_456_hw1.ipynb", "doejane (123)", False, "hw1.ipynb"),
    ("oneilsmithannmarie_LATE_9_77_hw_1 (final).ipynb", "oneilsmithannmarie (9)", True, "hw_1 (final).ipynb"),
    ("müllerzoë_5_6_hw1-1.ipynb", "müllerzoë (5)", False, "hw1-1.ipynb"),
    ("LATE_anon_Ab12C_77_hw1.ipynb", "anon (Ab12C)", True, "hw1.ipynb"),
    ("de_lacruz_5_6_2024_hw.ipynb", "de_lacruz (5)", False, "2024_hw.ipynb"),
    ("doejane_123_text.html", "doejane (123)", False, "text.html"),
    ("doejane_LATE_123_link.html", "doejane (123)", True, "link.html"),
]


@pytest.mark.parametrize(("name", "student", "late", "file"), CANVAS)
def test_canvas_names_say_whose_a_file_is(name: str, student: str, late: bool, file: str) -> None:
    parsed = canvas.parse(name)
    assert parsed is not None
    assert (parsed.student, parsed.late, parsed.file) == (student, late, file)


def test_canvas_attachments_of_one_student_are_gathered_under_the_names_they_chose(tmp_path: Path) -> None:
    files = {"doejane_1_2_hw1-1.ipynb": "a", "doejane_LATE_1_3_more.md": "b", "roe_4_5_part-2.md": "c"}
    intake = sources.read(zipped(tmp_path / "x.zip", files))
    first, second = intake.submissions
    assert intake.layout == "canvas"
    assert (first.student, first.name, first.late) == ("doejane (1)", "doejane", True)
    assert paths(first) == ["hw1.ipynb", "more.md"]
    assert not second.late


def test_canvas_numbers_stay_where_two_files_differ_in_nothing_else(tmp_path: Path) -> None:
    found = read(zipped(tmp_path / "x.zip", {"roe_4_5_part-1.md": "a", "roe_4_6_part-2.md": "b"}))
    assert paths(found["roe (4)"]) == ["part-1.md", "part-2.md"]


MOODLE = {
    "Jane Doe_77_assignsubmission_file/hw.md": ("Jane Doe (77)", "Jane Doe", "hw.md"),
    "Jane Doe_77_assignsubmission_file_/sub/hw.md": ("Jane Doe (77)", "Jane Doe", "sub/hw.md"),
    "Jane Doe_77_assignsubmission_file_my hw_1.md": ("Jane Doe (77)", "Jane Doe", "my hw_1.md"),
    "Participant_12_assignsubmission_file/hw.md": ("Participant_12", "Participant_12", "hw.md"),
    "Default group_assignsubmission_file/hw.md": ("Default group", "Default group", "hw.md"),
}


@pytest.mark.parametrize("name", MOODLE)
def test_moodle_names_say_whose_a_file_is(tmp_path: Path, name: str) -> None:
    intake = sources.read(zipped(tmp_path / "x.zip", {name: "a"}))
    (submission,) = intake.submissions
    assert intake.layout == "moodle"
    assert (submission.student, submission.name, paths(submission)[0]) == MOODLE[name]


def test_moodle_files_and_online_text_are_one_submission_and_feedback_is_none() -> None:
    names = [f"A B_7_{kind}/x" for kind in ("assignsubmission_file", "assignsubmission_onlinetext")]
    assert moodle.recognises(names) == 1.0
    assert moodle.recognises(["ada/x", "bob/y"]) == 0.0


def test_a_named_layout_is_used_though_another_seems_likelier(tmp_path: Path) -> None:
    assert set(read(tree(tmp_path, {"doe_1_2_a.md": "x"}), "folder")) == {"doe_1_2_a"}


def test_an_unknown_layout_is_told_with_the_nearest_one(tmp_path: Path) -> None:
    with pytest.raises(StaffError, match="did you mean 'canvas'"):
        sources.read(tmp_path, "canvass")


def test_a_path_with_nothing_at_it_is_a_fault_of_the_command(tmp_path: Path) -> None:
    with pytest.raises(StaffError, match="does not exist"):
        sources.read(tmp_path / "nothing")


@pytest.mark.parametrize("layout", sources.layouts())
def test_every_layout_keeps_the_contract(layout: str) -> None:
    module = sources.load(layout)
    assert module.__doc__
    for names in ([], ["a.md"], ["ada/a.md"], ["doe_1_2_a.md"], ["A B_7_assignsubmission_file/x"]):
        assert 0 <= module.recognises(names) <= 1


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("hw\u202egnp.md", "hw\\u{202e}gnp.md"),
        ("a\nb.md", "a\\u{a}b.md"),
        ("bad\udcff.md", "bad\\xff.md"),
        ("zero\u200bwidth", "zero\\u{200b}width"),
        ("e\u0301.md", "é.md"),
        ("<img onerror=x>.md", "<img onerror=x>.md"),
    ],
)
def test_names_are_shown_as_harmless_text(name: str, text: str) -> None:
    assert shown(name) == text
