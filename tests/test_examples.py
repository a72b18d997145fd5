"""The example classes: every mark as expected, the same from every platform, nothing broken spreads."""

from __future__ import annotations

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest
from make_examples import ASSIGNMENTS, EXAMPLES, LATE, canvas_user, made_files, moodle_name

from grader import pipeline
from grader.gradebook import open_gradebook
from grader.pipeline import Summary
from grader.types import Result

# what one student got for one part: the outcome, and the points unless a person is waited for
Given = tuple[str, Decimal | None]

BROKEN = {
    "csc413-2021-hw2": {
        "juniper_whimbrel": "homework2.ipynb",
        "kale_godwit": "hw2.yaml",
        "laurel_turnstone": "hw2.md",
    },
    "csc413-2020-hw1": {"linden_avocet": "hw1.ipynb", "mallow_smew": "hw1.md", "nigella_scoter": "hw1.ipynb"},
    "csc413-2021-hw1": {
        "indigo_linnet": "homework1.ipynb",
        "knapweed_osprey": "hw1.md",
        "lovage_petrel": "hw1.md",
        "osier_wigeon": "hw1.ipynb",
    },
    "eecs182-sp25-hw0": {
        "woad_dabchick": "hw0.ipynb",
        "yarrow_eider": "hw0.yaml",
        "zinnia_flicker": "hw0.md",
    },
}
HOSTILE = {
    "csc413-2020-hw1": "privet_knot",
    "csc413-2021-hw1": "madder_quail",
    "csc413-2021-hw2": "nettle_wryneck",
    "eecs182-sp25-hw0": "almond_grebe",
}
PLATFORMS = {"canvas": canvas_user, "moodle": moodle_name}


@dataclass(frozen=True, slots=True)
class Run:
    """What one run of the pipeline said and left behind."""

    summary: Summary
    results: tuple[Result, ...]

    @property
    def out(self) -> Path:
        return self.summary.out

    def marks(self) -> dict[tuple[str, str], Given]:
        """By name of the student and part."""
        return {
            (result.name, mark.part): (str(mark.verdict.outcome), mark.points)
            for result in self.results
            for mark in result.marks
        }

    def report(self, student: str) -> str:
        (path,) = self.out.rglob(f"reports/{student}*.html")
        return path.read_text("utf-8")


def grade(path: Path, out: Path, assignment: str) -> Run:
    summary = pipeline.grade(path, out, jobs=1)
    with open_gradebook(out / pipeline.GRADEBOOK) as book:
        return Run(summary, tuple(book.results(assignment)))


def expected(assignment: str) -> dict[tuple[str, str], Given]:
    text = (EXAMPLES / f"{assignment}.expected.csv").read_text("utf-8")
    return {
        (row["student"], row["part"]): (row["outcome"], Decimal(row["points"]) if row["points"] else None)
        for row in csv.DictReader(io.StringIO(text))
    }


@pytest.fixture(scope="module", params=ASSIGNMENTS)
def assignment(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def plain(assignment: str, tmp_path_factory: pytest.TempPathFactory) -> Run:
    return grade(EXAMPLES / assignment, tmp_path_factory.mktemp("plain"), assignment)


def test_every_student_gets_exactly_the_expected_marks(assignment: str, plain: Run) -> None:
    got, meant = plain.marks(), expected(assignment)
    assert got.keys() == meant.keys()
    wrong = {key: (got[key], meant[key]) for key in meant if got[key] != meant[key]}
    assert wrong == {}


def test_the_expected_marks_name_every_folder_of_the_class(assignment: str) -> None:
    folders = {path.name for path in (EXAMPLES / assignment).iterdir()}
    assert {student for student, _ in expected(assignment)} == folders
    assert len(folders) >= 8


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_platform_copy_gives_the_marks_of_the_plain_folder(
    assignment: str, platform: str, plain: Run, tmp_path: Path
) -> None:
    copy = grade(EXAMPLES / f"{assignment}-{platform}.zip", tmp_path, assignment)
    named = {(PLATFORMS[platform](student), part): given for (student, part), given in plain.marks().items()}
    assert copy.marks() == named


def test_the_canvas_copy_says_who_was_late(assignment: str, tmp_path: Path) -> None:
    copy = grade(EXAMPLES / f"{assignment}-canvas.zip", tmp_path, assignment)
    late = {result.name for result in copy.results if result.late}
    assert len(late) == 1
    assert late <= {canvas_user(student) for student in LATE}


def test_a_second_run_grades_nothing_again_and_leaves_the_same_files(
    assignment: str, plain: Run, tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(plain.out, out)
    before = {path: path.read_bytes() for path in out.rglob("*") if path.suffix in {".html", ".csv"}}
    again = grade(EXAMPLES / assignment, out, assignment)
    (closed,) = again.summary.classes
    assert closed.graded == ()
    assert set(closed.unchanged) == {result.student for result in plain.results}
    assert again.results == plain.results
    assert {path: path.read_bytes() for path in before} == before


def test_only_the_student_who_changed_is_graded_again(plain: Run, assignment: str, tmp_path: Path) -> None:
    folder, out = tmp_path / assignment, tmp_path / "out"
    shutil.copytree(EXAMPLES / assignment, folder)
    shutil.copytree(plain.out, out)
    broken, file = next(iter(BROKEN[assignment].items()))
    (folder / broken / file).unlink()
    (folder / broken / "answers.yaml").write_text(f"assignment: {assignment}\nanswers: {{}}\n", "utf-8")
    after = grade(folder, out, assignment)
    (closed,) = after.summary.classes
    assert closed.graded == (broken,)


def test_a_broken_file_is_named_in_the_report_and_in_the_summary(assignment: str, plain: Run) -> None:
    (closed,) = plain.summary.classes
    told = {(unread.name, unread.problem.place.file) for unread in closed.unread}
    for student, file in BROKEN[assignment].items():
        (problem,) = next(result.problems for result in plain.results if result.student == student)
        assert problem.place.file == file
        assert len(problem.message.split()) > 8
        assert (student, file) in told
        assert file in plain.report(student)


def test_a_broken_student_waits_for_a_person_and_loses_nothing(assignment: str, plain: Run) -> None:
    for result in plain.results:
        if result.student in BROKEN[assignment]:
            assert {mark.points for mark in result.marks} == {None}


def test_there_is_one_report_for_every_student_and_an_overview(plain: Run) -> None:
    pages = list(plain.out.rglob("*.html"))
    assert all(plain.report(result.student) for result in plain.results)
    assert len(pages) == len(plain.results) + 1
    assert plain.summary.not_graded == ()


FIGURE = re.compile("data:image/png;base64,[A-Za-z0-9+/=]+")


class Page(HTMLParser):
    """What a browser would find in a page that could do harm."""

    def __init__(self) -> None:
        super().__init__()
        self.harmful: list[str] = []
        self.title = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "img" and FIGURE.fullmatch(dict(attrs).get("src") or ""):
            return  # a figure that was drawn by code, in the page itself
        if tag in {"script", "iframe", "object", "embed", "link", "base", "form", "img"}:
            self.harmful.append(f"<{tag}>")
        for name, value in attrs:
            address = (value or "").strip().lower()
            if name == "xmlns":
                continue
            if name.startswith("on") or address.startswith(("javascript:", "data:", "http:", "//")):
                self.harmful.append(f"{name}={value}")


def harm(out: Path) -> Iterator[str]:
    for path in sorted(out.rglob("*.html")):
        page = Page()
        page.feed(path.read_text("utf-8"))
        yield from (f"{path.name}: {found}" for found in page.harmful)


def test_no_page_holds_a_tag_or_an_address_a_student_wrote(plain: Run) -> None:
    assert list(harm(plain.out)) == []


def test_what_a_hostile_student_wrote_is_shown_as_text(assignment: str, plain: Run) -> None:
    report = plain.report(HOSTILE[assignment])
    assert "&lt;script&gt;" in report
    assert not re.search(r"<script[^>]*>[^<]*(alert|fetch|document)", report)


def test_a_hostile_folder_name_is_shown_as_text(tmp_path: Path) -> None:
    name = '<script>alert(1)<img src=x onerror=alert(2)> "quoted"'
    folder = tmp_path / "csc413-2021-hw2"
    shutil.copytree(EXAMPLES / "csc413-2021-hw2" / "basil_dunlin", folder / name)
    run = grade(folder, tmp_path / "out", "csc413-2021-hw2")
    assert [result.student for result in run.results] == [name]
    assert list(harm(run.out)) == []


def test_the_files_in_the_repository_are_those_the_script_makes() -> None:
    for path, data in made_files().items():
        kept = (EXAMPLES / path).read_bytes()
        if path.endswith(".zip"):
            assert _entries(kept) == _entries(data), path
        else:
            assert kept == data, path


def test_no_example_file_is_larger_than_a_megabyte() -> None:
    assert [path.name for path in EXAMPLES.rglob("*") if path.is_file() and path.stat().st_size > 2**20] == []


def _entries(data: bytes) -> list[tuple[str, tuple[int, ...], bytes]]:
    # compared unpacked: another version of zlib may pack the same bytes differently
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return [(info.filename, info.date_time, archive.read(info)) for info in archive.infolist()]
