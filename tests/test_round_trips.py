"""From every platform and back: the example class in its layout, graded, exported, read as there."""

from __future__ import annotations

import csv
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import importers
import pytest
from importers import CanvasCourse, CanvasUser, MoodleAssignment, Participant
from make_examples import EXAMPLES, LATE, canvas_user, moodle_name

from grader import deliver, pipeline, roster
from grader.deliver._order import Export, Order, Template
from grader.gradebook import open_gradebook
from grader.statistics import total
from grader.types import Result

ASSIGNMENT = "csc413-2021-hw2"
TITLE = "Homework 2"
ITEM = "Homework 2 [Total Pts: 10 Score] |409586"

Files = dict[str, bytes]


def students() -> dict[str, Files]:
    """The files of each student of the example class, sorted."""
    found: dict[str, Files] = {}
    for path in sorted((EXAMPLES / ASSIGNMENT).rglob("*")):
        if path.is_file():
            student, _, name = path.relative_to(EXAMPLES / ASSIGNMENT).as_posix().partition("/")
            found.setdefault(student, {})[name] = path.read_bytes()
    return found


STUDENTS = students()
NUMBERS = {student: number for number, student in enumerate(STUDENTS)}


def expected() -> dict[str, Decimal]:
    """What each student has of what is decided, from the table beside the class."""
    text = (EXAMPLES / f"{ASSIGNMENT}.expected.csv").read_text("utf-8")
    points = dict.fromkeys(STUDENTS, Decimal(0))
    for row in csv.DictReader(io.StringIO(text)):
        points[row["student"]] += Decimal(row["points"] or 0)
    return points


EXPECTED = expected()


def canvas_id(student: str) -> str:
    return str(4_201 + NUMBERS[student])


def moodle_id(student: str) -> str:
    return str(310_077 + NUMBERS[student])


def sid(student: str) -> str:
    return f"S{NUMBERS[student]:04}"


COURSE = CanvasCourse(
    tuple(CanvasUser(canvas_id(s), moodle_name(s), sid(s), s) for s in STUDENTS),
    {"4711": TITLE, "4712": "Homework 3"},
)
WORKSHEET = MoodleAssignment({moodle_id(s): Participant(moodle_name(s)) for s in STUDENTS})


def canvas_files() -> Iterator[tuple[str, bytes]]:
    attachment = 90_100
    for student, files in STUDENTS.items():
        late = "LATE_" if student in LATE else ""
        for name, data in files.items():
            attachment += 1
            short = name.rpartition("/")[2]
            yield f"{canvas_user(student)}_{late}{canvas_id(student)}_{attachment}_{short}", data


def moodle_files(form: str) -> Iterator[tuple[str, bytes]]:
    for student, files in STUDENTS.items():
        name = "Participant" if form == "blind" else moodle_name(student)
        for path, data in files.items():
            sign = {"flat": "_", "old": "_/"}.get(form, "/")
            path = path.rpartition("/")[2] if form == "flat" else path
            yield f"{name}_{moodle_id(student)}_assignsubmission_file{sign}{path}", data


def gradescope_files() -> Iterator[tuple[str, bytes]]:
    lines = []
    for student, files in STUDENTS.items():
        key = f"submission_{7_000 + NUMBERS[student]}"
        lines += [f"{key}:", "  :submitters:", f"  - :name: {moodle_name(student)}"]
        lines += [f"    :sid: '{sid(student)}'", f"    :email: {student}@example.edu"]
        lines += ["  :created_at: 2021-02-11 10:11:12.123 -08:00", "  :score: 0.0", "  :history: []"]
        for path, data in files.items():
            yield f"assignment_9_export/{key}/{path}", data
    yield "assignment_9_export/submission_metadata.yml", ("\n".join(lines) + "\n").encode()


def markus_files() -> Iterator[tuple[str, bytes]]:
    for student, files in STUDENTS.items():
        yield from ((f"{student}/{path}", data) for path, data in files.items())


def nbgrader_files() -> Iterator[tuple[str, bytes]]:
    for student, files in STUDENTS.items():
        yield f"submitted/{student}/hw2/timestamp.txt", b"2021-02-11 14:58:23.948203 UTC\n"
        yield from ((f"submitted/{student}/hw2/{path}", data) for path, data in files.items())


def brightspace_files() -> Iterator[tuple[str, bytes]]:
    yield "index.html", b"<html></html>"
    for student, files in STUDENTS.items():
        folder = f"{500 + NUMBERS[student]}-88 - {moodle_name(student)} - Feb 11, 2021 1022 AM"
        yield from ((f"{folder}/{path}", data) for path, data in files.items())


def blackboard_files() -> Iterator[tuple[str, bytes]]:
    for student, files in STUDENTS.items():
        head = f"Home_work_2_{student}_attempt_2021-02-11-10-22-00"
        renamed = ""
        for path, data in files.items():
            stored = f"{head}_{path.replace('/', '_')}"
            renamed += f"\tOriginal filename: {path.rpartition('/')[2]}\n\tFilename: {stored}\n\n"
            yield stored, data
        note = f"Name: {moodle_name(student)} ({student})\nAssignment: Home_work 2\nSubmission Field:\n"
        note += f"There is no student submission text data for this assignment.\n\nFiles:\n{renamed}"
        yield f"{head}.txt", note.encode()


def table(header: str, row: Callable[[str], list[str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header.split(","))
    writer.writerows(row(student) for student in STUDENTS)
    return out.getvalue().encode()


def names(student: str) -> list[str]:
    return moodle_name(student).split(" ")


LISTS = {
    "canvas": COURSE.gradebook().encode(),
    "moodle": WORKSHEET.worksheet(),
    "gradescope": table(
        "First Name,Last Name,SID,Email,Role", lambda s: [*names(s), sid(s), f"{s}@example.edu", "Student"]
    ),
    "markus": table(
        "user_name,last_name,first_name,section,id_number,email",
        lambda s: [s, *names(s)[::-1], "L01", sid(s), f"{s}@example.edu"],
    ),
    "nbgrader": table("id,first_name,last_name,email,lms_user_id", lambda s: [s, *names(s), "", ""]),
    "brightspace": table(
        "OrgDefinedId,Username,Last Name,First Name,Email,End-of-Line Indicator",
        lambda s: [f"#{sid(s)}", f"#{s}", *names(s)[::-1], f"{s}@example.edu", "#"],
    ),
    "blackboard": table(
        f"Last Name,First Name,Username,Student ID,{ITEM}", lambda s: [*names(s)[::-1], s, sid(s), ""]
    )
    .decode()
    .replace(",", "\t")
    .encode("utf-16"),
}
LAYOUTS: dict[str, Callable[[], Iterator[tuple[str, bytes]]]] = {
    "canvas": canvas_files,
    "moodle": lambda: moodle_files("folders"),
    "gradescope": gradescope_files,
    "markus": markus_files,
    "nbgrader": nbgrader_files,
    "brightspace": brightspace_files,
    "blackboard": blackboard_files,
}


@dataclass(frozen=True)
class Graded:
    """A class that came from a platform: what the summary said, and what an export has to work with."""

    summary: pipeline.Summary
    order: Order

    def export(self, target: str, **changes: Any) -> Export:
        export: Export = deliver.exporter(target).export(replace(self.order, partial=True, **changes))
        return export


def packed(entries: Iterator[tuple[str, bytes]]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries:
            archive.writestr(name, data)
    return target.getvalue()


@pytest.fixture(scope="module")
def graded(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Graded]:
    """The class as one platform hands it over, graded once."""
    known: dict[str, Graded] = {}

    def grade(platform: str) -> Graded:
        if platform not in known:
            place = tmp_path_factory.mktemp(platform)
            path, people, out = place / f"{ASSIGNMENT}.zip", place / "class.csv", place / "out"
            path.write_bytes(packed(LAYOUTS[platform]()))
            people.write_bytes(LISTS[platform])
            layout = "markus" if platform == "markus" else None
            summary = pipeline.grade(path, out, layout=layout, roster=people, jobs=1)
            with open_gradebook(out / pipeline.GRADEBOOK) as book:
                order = Order(ASSIGNMENT, TITLE, tuple(book.results(ASSIGNMENT)), secret=book.secret())
            known[platform] = Graded(summary, order)
        return known[platform]

    return grade


def template(platform: str) -> Template:
    return Template(f"{platform}.csv", LISTS[platform])


def listed(platform: str) -> roster.Roster:
    return roster.parse(LISTS[platform], name=f"{platform}.csv")


@pytest.mark.parametrize("platform", LAYOUTS)
def test_a_class_from_any_platform_gets_the_expected_marks_under_its_names(
    platform: str, graded: Callable[[str], Graded]
) -> None:
    done = graded(platform)
    assert done.summary.layout == platform
    placing = done.summary.placing
    assert placing is not None
    assert (placing.placed, placing.unplaced, placing.absent) == (len(STUDENTS), (), ())
    marks = {result.name: total(result.marks).earned for result in done.order.results}
    assert marks == {moodle_name(student): EXPECTED[student] for student in STUDENTS}


def test_canvas_gets_the_same_marks_back(graded: Callable[[str], Graded]) -> None:
    export = graded("canvas").export("canvas_gradebook", template=template("canvas"))
    assert export.remarks == ()
    assert COURSE.upload(export.files[0].data) == {
        "4711": {canvas_id(student): EXPECTED[student] for student in STUDENTS}
    }


def test_canvas_attaches_each_report_to_what_its_student_handed_in(graded: Callable[[str], Graded]) -> None:
    names = [name for name, _ in canvas_files()]
    attachments = {
        name.replace("LATE_", "").split("_")[2]: name.replace("LATE_", "").split("_")[1] for name in names
    }
    download = Template("submissions.zip", packed(canvas_files()))
    export = graded("canvas").export("canvas_feedback", template=download, roster=listed("canvas"))
    found = COURSE.comments(packed((file.path, file.data) for file in export.files), attachments)
    assert sorted(found) == sorted(map(canvas_id, STUDENTS))
    for student in STUDENTS:
        (page,) = found[canvas_id(student)]
        assert moodle_name(student).encode() in page


@pytest.mark.parametrize("comma", [False, True])
def test_moodle_gets_the_same_marks_back(graded: Callable[[str], Graded], comma: bool) -> None:
    site = replace(WORKSHEET, comma=comma)
    export = graded("moodle").export("moodle_worksheet", template=Template("g.csv", site.worksheet()))
    assert export.remarks == ()
    assert site.upload(export.files[0].data) == {moodle_id(s): EXPECTED[s] for s in STUDENTS}


def test_moodle_gets_each_report_as_feedback(graded: Callable[[str], Graded]) -> None:
    export = graded("moodle").export("moodle_feedback", template=template("moodle"))
    found = WORKSHEET.feedback(packed((file.path, file.data) for file in export.files))
    assert sorted(found) == sorted(map(moodle_id, STUDENTS))
    for student in STUDENTS:
        assert list(found[moodle_id(student)]) == ["report.html"]
        assert moodle_name(student).encode() in found[moodle_id(student)]["report.html"]


def test_gradescope_gets_the_same_marks_back(graded: Callable[[str], Graded]) -> None:
    done = graded("gradescope")
    for result in done.order.results:
        export = done.export("gradescope_results", results=(result,))
        score, tests, _ = importers.gradescope_results(export.files[0].data)
        assert score == total(result.marks).earned == sum(filter(None, tests.values()), Decimal(0))
        assert tests == {mark.part: mark.points for mark in result.marks}


def test_markus_gets_the_same_marks_back(graded: Callable[[str], Graded]) -> None:
    done = graded("markus")
    items, marks = importers.markus_marks(done.export("markus_marks").files[0].data)
    assert sum(items.values()) == 10
    assert {user: sum(found.values()) for user, found in marks.items()} == EXPECTED
    for result in done.order.results:
        text = done.export("markus_autotest", results=(result,)).files[0].data.decode()
        whole = total(result.marks)
        assert importers.markus_autotest(text) == (whole.earned, whole.decided)


def test_markus_annotations_point_at_lines_that_are_there(graded: Callable[[str], Graded]) -> None:
    export = graded("markus").export("markus_annotations", roster=listed("markus"))
    assert export.files
    for file in export.files:
        said = json.loads(file.data)
        assert set(said) == {"annotations", "force_complete"}
        for one in said["annotations"]:
            assert set(one) == {
                *("filename", "annotation_category_name", "content", "line_start", "line_end"),
                *("column_start", "column_end"),
            }
            texts = [files[one["filename"]] for files in STUDENTS.values() if one["filename"] in files]
            assert any(1 <= one["line_start"] <= one["line_end"] <= len(t.splitlines()) for t in texts)


def test_nbgrader_gets_the_same_marks_back(graded: Callable[[str], Graded]) -> None:
    export = graded("nbgrader").export("nbgrader", roster=listed("nbgrader"))
    assert importers.nbgrader_scores(export.files[0].data) == EXPECTED


def test_brightspace_gets_the_same_marks_back(graded: Callable[[str], Graded]) -> None:
    export = graded("brightspace").export("brightspace", roster=listed("brightspace"))
    users = {sid(student): student for student in STUDENTS}
    assert importers.brightspace_grades(export.files[0].data, users, TITLE) == EXPECTED


def test_blackboard_gets_the_same_marks_back(graded: Callable[[str], Graded]) -> None:
    export = graded("blackboard").export("blackboard", template=template("blackboard"))
    assert importers.blackboard_grades(export.files[0].data, "409586", set(STUDENTS)) == EXPECTED


def test_a_folder_holds_every_report_and_the_marks(graded: Callable[[str], Graded]) -> None:
    files = {file.path: file.data for file in graded("markus").export("folder").files}
    rows = list(csv.DictReader(io.StringIO(files.pop("marks.csv").decode())))
    marks = dict.fromkeys(STUDENTS, Decimal(0))
    for row in rows:
        marks[row["student"]] += Decimal(row["points"] or 0)
    assert marks == EXPECTED
    assert sorted(files) == sorted(f"{student}.html" for student in STUDENTS)


def test_every_report_of_a_site_has_a_name_nobody_can_guess(graded: Callable[[str], Graded]) -> None:
    done = graded("markus")
    export = done.export("site")
    files = {file.path: file.data.decode() for file in export.files}
    links = {row["student"]: row["link"] for row in csv.DictReader(io.StringIO(files.pop("links.csv")))}
    assert files.pop("public/robots.txt") == "User-agent: *\nDisallow: /\n"
    top = files.pop("public/index.html")
    assert sorted(files) == sorted(f"public/{link}index.html" for link in links.values())
    assert len(set(links.values())) == len(STUDENTS)
    assert all(len(link) == 27 for link in links.values())
    for student, link in links.items():
        page = files[f"public/{link}index.html"]
        assert student in page or moodle_name(student) in page
        assert '<meta name="robots" content="noindex' in page
        assert not any(other in page or other in top for other in links.values())
    assert export == done.export("site")
    others = {file.path for file in done.export("site", secret=b"another").files}
    assert not others & set(files)


@pytest.mark.parametrize("form", ["flat", "old", "blind"])
def test_every_form_of_moodles_zip_is_the_same_class(form: str, tmp_path: Path) -> None:
    from grader import sources

    path = tmp_path / "x.zip"
    path.write_bytes(packed(moodle_files(form)))
    found = sources.read(path, None, listed("moodle"))
    assert found.placing is not None
    assert (found.layout, found.placing.placed) == ("moodle", len(STUDENTS))
    got = {one.student: sorted(file.data for file in one.files) for one in found.submissions}
    keys = {person.moodle: person.student for person in listed("moodle").people}
    assert got == {keys[moodle_id(student)]: sorted(files.values()) for student, files in STUDENTS.items()}


def late(results: Mapping[str, Result]) -> set[str]:
    return {name for name, result in results.items() if result.late}


def test_who_was_late_is_taken_from_the_platform(graded: Callable[[str], Graded]) -> None:
    results = {result.name: result for result in graded("canvas").order.results}
    assert late(results) == {moodle_name(student) for student in LATE if student in STUDENTS}
