"""What each platform hands over: recognised by its content, with times, attempts, groups and lateness."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from test_sources import paths, tree, zipped

from grader import grading, pipeline, roster, sources
from grader.errors import StaffError
from grader.gradebook import open_gradebook
from grader.sources import Intake
from grader.sources._intake import FILE_LIMIT
from grader.statistics import score
from grader.types import Submission

METADATA = """\
submission_1:
  :submitters:
  - :name: Pair One
    :sid: '200'
    :email: one@x.edu
  - :name: 'Pair: Two'
    :sid: '201'
  :created_at: 2024-02-01 10:11:12.123 -08:00
  :score: 7.0
  :results:
    tests:
    - name: "hidden\\n  :submitters:"
      output: |
        :created_at: 1999-01-01
  :history:
  - :created_at: 2024-01-31 10:11:12.123 -08:00
    :score: 3.0
submission_2:
  :submitters:
  - :name: Solo Three
    :sid: '202'
  :created_at: 2024-02-01 11:00:00 UTC
  :history: []
"""
NOTE = """\
Name: Jane Doe (jane_doe)
Assignment: HW_1
Date Submitted: Friday, February 12, 2021 11:59:00 PM EST
Current Grade: Needs Grading

Submission Field:
There is no student submission text data for this assignment.

Comments:
There are no student comments for this assignment.

Files:
\tOriginal filename: my hw.md
\tFilename: HW_1_jane_doe_attempt_2021-02-12-23-59-00_my hw.md
"""
SHEET = """\
Identifier,Full name,ID number,Email address,Status,Group,Grade,Maximum Grade,Last modified (submission)
Participant 77,Jane Doe,S1,jane@x.edu,Submitted - 2 hours late,,-,10,"Friday, 12 February 2021, 11:59 PM"
Participant 78,Bo Reed,S2,bo@x.edu,Submitted for grading,Reds,-,10,"Thursday, 11 February 2021, 1:05 PM"
Participant 79,Al Sedge,S3,al@x.edu,Submitted for grading,Reds,-,10,"Thursday, 11 February 2021, 1:05 PM"
"""
PACIFIC = timezone(timedelta(hours=-8))


def each(path: Path, layout: str | None = None, people: str = "") -> dict[str, Submission]:
    found = sources.read(path, layout, roster.parse(people.encode(), name="class.csv") if people else None)
    return {one.student: one for one in found.submissions}


def intake(path: Path, people: str = "", layout: str | None = None) -> Intake:
    return sources.read(path, layout, roster.parse(people.encode(), name="class.csv") if people else None)


LAYOUTS = {
    "canvas": {"doejane_123_456_hw1.ipynb": "", "roe_LATE_4_5_a.md": ""},
    "moodle": {"Jane Doe_77_assignsubmission_file/a.md": "", "Bo Reed_78_assignsubmission_file_/b.md": ""},
    "gradescope": {"submission_metadata.yml": METADATA, "submission_1/a.md": "", "submission_2/b.md": ""},
    "nbgrader": {"ada/hw1/a.ipynb": "", "ada/hw1/timestamp.txt": "", "bo/hw1/timestamp.txt": ""},
    "brightspace": {"1-9 - Jane Doe - Oct 10, 2025 1022 AM/a.md": "", "index.html": ""},
    "blackboard": {
        "HW_1_jane_doe_attempt_2021-02-12-23-59-00_my hw.md": "",
        "HW_1_jane_doe_attempt_2021-02-12-23-59-00.txt": NOTE,
    },
    "folder": {"ada/a.md": "", "bo.yaml": ""},
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("form", ["folder", "zip", "wrapped zip"])
def test_a_download_is_recognised_by_its_content_and_said_aloud(
    tmp_path: Path, layout: str, form: str
) -> None:
    if form == "folder":
        path = tree(tmp_path / "download", LAYOUTS[layout])
    else:
        top = "export/" if form == "wrapped zip" and layout not in ("canvas", "moodle") else ""
        path = zipped(
            tmp_path / "download.zip", {f"{top}{name}": text for name, text in LAYOUTS[layout].items()}
        )
    read = intake(path)
    assert read.layout == layout
    assert sources.load(layout).CALLED in read.said
    assert "--layout" in read.said
    assert list(read.submissions)


@pytest.mark.parametrize("layout", sources.layouts())
@pytest.mark.parametrize("shape", LAYOUTS)
def test_any_download_can_be_read_as_any_layout_that_is_named(
    tmp_path: Path, layout: str, shape: str
) -> None:
    read = intake(tree(tmp_path / "download", LAYOUTS[shape]), layout=layout)
    assert read.layout == layout
    assert "--layout" not in read.said
    keys = [(one.student, one.attempt) for one in read.submissions]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["../../evil.md", "/etc/evil.md", "a\\..\\evil.md", "C:/evil.md"])
def test_no_layout_reads_an_entry_that_leads_out_of_the_zip(tmp_path: Path, layout: str, name: str) -> None:
    read = intake(zipped(tmp_path / "x.zip", LAYOUTS[layout] | {name: "evil"}), layout=layout)
    assert [problem.message for problem in read.problems if "is not read" in problem.message]
    assert not any(file.data == b"evil" for one in read.submissions for file in one.files)


def test_a_gradescope_export_tells_submitters_times_and_attempts(tmp_path: Path) -> None:
    found = each(tree(tmp_path / "x", LAYOUTS["gradescope"]))
    assert sorted(found) == ["Pair One (200)", "Pair: Two (201)", "Solo Three (202)"]
    pair = found["Pair One (200)"]
    assert paths(pair) == paths(found["Pair: Two (201)"]) == ["a.md"]
    assert (pair.group, pair.attempt) == ("submission_1", 2)
    assert pair.received == datetime(2024, 2, 1, 10, 11, 12, tzinfo=PACIFIC)
    solo = found["Solo Three (202)"]
    assert (solo.group, solo.attempt, solo.received) == ("", 1, datetime(2024, 2, 1, 11, tzinfo=UTC))


def test_everyone_who_handed_in_together_has_the_marks_under_their_own_key(tmp_path: Path) -> None:
    people = "login,name,sid\none,Pair One,200\ntwo,Pair Two,201\nthree,Solo Three,202\nfour,No Body,203\n"
    read = intake(tree(tmp_path / "x", LAYOUTS["gradescope"]), people)
    assert [one.student for one in read.submissions] == ["one", "two", "three"]
    assert read.placing is not None
    assert (read.placing.placed, read.placing.unplaced) == (3, ())
    assert [person.student for person in read.placing.absent] == ["four"]


def test_a_gradescope_entry_of_a_pdf_is_that_file(tmp_path: Path) -> None:
    metadata = "7.pdf:\n  :submitters:\n  - :name: Ada\n    :sid: '1'\n"
    found = each(tree(tmp_path / "x", {"submission_metadata.yml": metadata, "7.pdf": "%PDF"}))
    assert paths(found["Ada (1)"]) == ["7.pdf"]


@pytest.mark.parametrize(
    "entry",
    [
        "  :submitters: &a [*a, *a]\n",
        "  :submitters: !!python/object/apply:os.system [x]\n",
        "  :submitters: [\n",
    ],
)
def test_hostile_metadata_cost_only_their_own_entry(tmp_path: Path, entry: str) -> None:
    text = f"submission_9:\n{entry}{METADATA}"
    files = {"submission_metadata.yml": text, "submission_1/a.md": "", "submission_2/b.md": ""}
    read = intake(tree(tmp_path / "x", files | {"submission_9/c.md": ""}))
    assert len(list(read.submissions)) == 3
    said = [problem.message for problem in read.problems]
    assert "submission_9 cannot be read" in said[0]
    assert "do not say whose" in said[1]


def test_the_metadata_of_a_large_class_may_be_larger_than_any_submission(tmp_path: Path) -> None:
    results = "".join(f"    - output: {number:09}{'x' * 2_000}\n" for number in range(6_000))
    text = METADATA.replace("  :results:\n", f"  :results:\n{results}")
    assert len(text) > FILE_LIMIT
    files = {"submission_metadata.yml": text, "submission_1/a.md": "", "submission_2/b.md": ""}
    assert len(each(tree(tmp_path / "x", files))) == 3


def test_an_export_without_its_metadata_says_so(tmp_path: Path) -> None:
    read = intake(tree(tmp_path / "x", {"submission_1/a.md": ""}), layout="gradescope")
    assert "submission_metadata.yml" in read.problems[0].message


def test_a_time_stamp_of_nbgrader_is_the_time_and_no_answer(tmp_path: Path) -> None:
    files = {
        "submitted/ada/hw1/a.md": "",
        "submitted/ada/hw1/timestamp.txt": "2015-02-02 14:58:23.948203 America/Los_Angeles\n",
        "source/hw1/a.md": "the solutions",
        "autograded/ada/hw1/a.md": "",
        "submitted/bo/hw1/b.md": "",
    }
    found = each(tree(tmp_path / "course", files))
    assert {student: paths(one) for student, one in found.items()} == {"ada": ["a.md"], "bo": ["b.md"]}
    assert found["ada"].received is not None
    assert found["ada"].received.isoformat() == "2015-02-02T14:58:23-08:00"
    assert found["bo"].received is None


def test_several_assignments_of_nbgrader_are_not_mixed(tmp_path: Path) -> None:
    files = {"submitted/ada/hw1/a.md": "", "submitted/ada/hw2/a.md": ""}
    with pytest.raises(StaffError, match="hw1, hw2"):
        intake(tree(tmp_path / "course", files))


def test_every_brightspace_folder_is_an_attempt(tmp_path: Path) -> None:
    files = {
        "1-9 - Jane Doe - Oct 10, 2025 1022 AM/a.md": "first",
        "1-9 - Jane Doe - Oct 10, 2025 122 PM/a.md": "second",
        "2-9 - Jane Doe - Oct 9, 2025 1022 AM/a.md": "another of this name",
    }
    read = intake(tree(tmp_path / "x", files))
    assert "1 of them not the first attempt" in read.said
    assert [(one.student, one.attempt, one.received, one.files[0].data) for one in read.submissions] == [
        ("Jane Doe (1)", 1, datetime(2025, 10, 10, 10, 22), b"first"),
        ("Jane Doe (1)", 2, datetime(2025, 10, 10, 13, 22), b"second"),
        ("Jane Doe (2)", 1, datetime(2025, 10, 9, 10, 22), b"another of this name"),
    ]


def test_attempts_of_one_student_are_one_person(tmp_path: Path) -> None:
    files = {f"1-9 - Jane Doe - Oct 10, 2025 {at} AM/a.md": "" for at in (1022, 1122)}
    read = intake(tree(tmp_path / "x", files), "login,name\njdoe,Jane Doe\n")
    assert read.placing is not None
    assert (read.placing.placed, read.placing.unplaced) == (1, ())
    assert [(one.student, one.attempt) for one in read.submissions] == [("jdoe", 1), ("jdoe", 2)]


def test_two_of_one_name_are_both_listed_and_neither_is_guessed(tmp_path: Path) -> None:
    files = {f"{n}-9 - Jane Doe - Oct 10, 2025 1022 AM/a.md": "" for n in (1, 2)}
    read = intake(tree(tmp_path / "x", files), "login,name\njdoe,Jane Doe\n")
    assert read.placing is not None
    keys = ["Jane Doe (1) (claimed twice)", "Jane Doe (2) (claimed twice)"]
    assert [one.student for one in read.placing.unplaced] == keys
    assert "are both Jane Doe (jdoe)'s" in read.placing.unplaced[0].why
    assert [one.student for one in read.submissions] == keys
    # Nor does an export find the person by what is left of the name.
    people = roster.parse(b"login,name\njdoe,Jane Doe\n", name="class.csv")
    assert [
        roster.look_up(people, roster.clues_of(one.student, one.name)).people for one in read.placing.unplaced
    ] == [
        (),
        (),
    ]


@pytest.mark.parametrize("layout", ["canvas", "brightspace", "gradescope", "moodle"])
def test_what_staff_write_into_the_column_folder_settles_any_layout(tmp_path: Path, layout: str) -> None:
    path = tree(tmp_path / "x", LAYOUTS[layout])
    keys = list(each(path))
    people = "login,name,folder\n" + "".join(f'u{at},Al Other,"{key}"\n' for at, key in enumerate(keys))
    read = intake(path, people)
    assert read.placing is not None
    assert [one.student for one in read.submissions] == [f"u{at}" for at in range(len(keys))]
    assert read.placing.unplaced == ()


def test_a_blackboard_note_tells_the_user_name_and_the_names_of_files(tmp_path: Path) -> None:
    head = "HW_1_jane_doe_attempt_2021-02-12"
    files = {
        f"{head}-23-59-00_my hw.md": "the last",
        f"{head}-23-59-00.txt": NOTE,
        f"{head}-10-00-00_my hw.md": "the first",
        f"{head}-10-00-00.txt": NOTE.replace("23-59-00", "10-00-00"),
    }
    first, last = intake(tree(tmp_path / "x", files)).submissions
    assert (first.student, last.student, last.name) == ("jane_doe", "jane_doe", "Jane Doe")
    assert (first.attempt, last.attempt, last.received) == (1, 2, datetime(2021, 2, 12, 23, 59))
    assert [(file.path, file.data) for file in last.files] == [("my hw.md", b"the last")]


def test_text_typed_into_blackboards_box_is_handed_in_and_names_nobody(tmp_path: Path) -> None:
    typed = NOTE.replace("There is no student submission text data for this assignment.", "Name: Eve (eve)")
    (one,) = each(tree(tmp_path / "x", {"HW_1_jane_doe_attempt_2021-02-12-23-59-00.txt": typed})).values()
    assert (one.student, paths(one)) == ("jane_doe", ["text.txt"])


def test_blackboard_names_without_a_note_are_told_apart_by_what_they_share(tmp_path: Path) -> None:
    files = {f"HW_1_{user}_attempt_2021-02-12-23-59-00_a.md": "" for user in ("jdoe", "j_reed")}
    assert sorted(each(tree(tmp_path / "x", files))) == ["j_reed", "jdoe"]
    placed = each(tmp_path / "x", people="login,name\nj_reed,Jo Reed\njdoe,Jane Doe\nreed,Al Reed\n")
    assert sorted(placed) == ["j_reed", "jdoe"]


def test_a_markus_group_hands_in_for_all_its_members(tmp_path: Path) -> None:
    files = {"group_0001/hw.md": "", "sreed/hw.md": ""}
    people = "user_name,name,group\nada,Ada A,group_0001\nbo,Bo B,group_0001\nsreed,Sam Reed,\n"
    found = each(tree(tmp_path / "x", files), "markus", people)
    assert {student: one.group for student, one in found.items()} == {
        "ada": "group_0001",
        "bo": "group_0001",
        "sreed": "",
    }


MOODLE = {
    "default": "Jane Doe_77_assignsubmission_file/sub/hw.md",
    "before 4.1": "Jane Doe_77_assignsubmission_file_/hw.md",
    "flat": "Jane Doe_77_assignsubmission_file_hw.md",
    "blind": "Participant_77_assignsubmission_file/hw.md",
    "online text": "Jane Doe_77_assignsubmission_onlinetext/onlinetext.html",
}


@pytest.mark.parametrize("form", MOODLE)
@pytest.mark.parametrize("place", ["inside", "beside"])
def test_the_worksheet_of_moodle_tells_when_and_who_was_late(tmp_path: Path, form: str, place: str) -> None:
    (tmp_path / "downloads").mkdir()
    sheet = {"Grades-CS-HW-12.csv": SHEET}
    files = {MOODLE[form]: "x"} | (sheet if place == "inside" else {})
    if place == "beside":
        tree(tmp_path / "downloads", sheet)
    read = intake(zipped(tmp_path / "downloads" / "x.zip", files))
    (one,) = read.submissions
    assert (read.layout, one.late, one.received) == ("moodle", True, datetime(2021, 2, 12, 23, 59))
    assert "Grades-CS-HW-12.csv" in read.remarks[0]


def test_the_worksheet_of_another_assignment_is_not_used(tmp_path: Path) -> None:
    tree(tmp_path, {"Grades-CS-HW1-11.csv": SHEET.replace("Participant 7", "Participant 9")})
    read = intake(zipped(tmp_path / "x.zip", {MOODLE["default"]: "x"}))
    (one,) = read.submissions
    assert (one.received, read.remarks) == (None, ())


def test_two_worksheets_that_fit_are_told_and_none_is_used(tmp_path: Path) -> None:
    tree(tmp_path, {"Grades-a-1.csv": SHEET, "Grades-b-2.csv": SHEET})
    read = intake(zipped(tmp_path / "x.zip", {MOODLE["default"]: "x"}))
    assert "Several worksheets fit" in read.remarks[0]
    assert [one.received for one in read.submissions] == [None]


@pytest.mark.parametrize("form", MOODLE)
def test_the_worksheet_as_class_list_gives_keys_and_names(tmp_path: Path, form: str) -> None:
    (one,) = each(zipped(tmp_path / "x.zip", {MOODLE[form]: "x"}), people=SHEET).values()
    assert (one.student, one.name, one.late) == ("jane@x.edu", "Jane Doe", True)


def test_a_team_of_moodle_is_all_its_members_though_its_number_is_somebodys(tmp_path: Path) -> None:
    files = {"Reds_77_assignsubmission_file/hw.md": "x"}
    found = each(zipped(tmp_path / "x.zip", files), people=SHEET)
    assert {student: one.group for student, one in found.items()} == {"bo@x.edu": "Reds", "al@x.edu": "Reds"}
    assert not any(one.late for one in found.values())


def test_a_team_is_one_student_while_no_class_list_says_more(tmp_path: Path) -> None:
    files = {"Reds_77_assignsubmission_file/hw.md": "x", "Default group_assignsubmission_file/b.md": "y"}
    assert sorted(each(zipped(tmp_path / "x.zip", files))) == ["Default group", "Reds (77)"]


def test_a_word_that_stands_for_every_name_in_another_language_is_blind_marking(tmp_path: Path) -> None:
    files = {f"Teilnehmer_{number}_assignsubmission_file/a.md": "" for number in (12, 13)}
    assert sorted(each(zipped(tmp_path / "x.zip", files))) == ["Participant_12", "Participant_13"]


def test_a_group_on_canvas_bears_the_number_of_one_member(tmp_path: Path) -> None:
    people = "login,name,canvas id,group\nbo,Bo Reed,9,The Reds!\nal,Al Sedge,10,The Reds!\n"
    found = each(zipped(tmp_path / "x.zip", {"thereds_LATE_9_77_hw.md": "x"}), people=people)
    assert {student: (one.group, one.late) for student, one in found.items()} == {
        "bo": ("The Reds!", True),
        "al": ("The Reds!", True),
    }


RUBRIC = """
assignment: sums
title: Sums
{rule}
parts:
  1.1: {{points: 0.5, answer: {{name: sum}}, check: count, expected: 4}}
"""


@pytest.mark.parametrize(("rule", "points"), [("", "0"), ("attempts: last", "0"), ("attempts: best", "0.5")])
def test_all_attempts_of_a_download_are_graded_and_the_rubric_says_which_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, points: str
) -> None:
    monkeypatch.chdir(tmp_path)
    grading.rubric_at.cache_clear()
    files = {
        "rubrics/sums.yaml": RUBRIC.format(rule=rule),
        "sums/1-9 - Jane Doe - Oct 10, 2025 1022 AM/a.yaml": 'answers: {"1.1": 4}',
        "sums/1-9 - Jane Doe - Oct 11, 2025 1022 AM/a.yaml": 'answers: {"1.1": 5}',
    }
    tree(tmp_path, files)
    summary = pipeline.grade(tmp_path / "sums", tmp_path / "out", jobs=1)
    assert (summary.layout, summary.not_graded) == ("brightspace", ())
    with open_gradebook(tmp_path / "out" / pipeline.GRADEBOOK) as book:
        (result,) = book.results("sums")
    assert str(score(result).earned) == points
