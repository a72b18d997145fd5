"""Names of reports, fingerprints of submissions, and files that are whole or not there."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.errors import MachineError
from grader.files import fingerprint, make_folder, report_name, write_whole
from grader.types import File, Place, Problem, Submission

SUBMISSION = Submission("ada", "Ada", (File("a.md", b"one"), File("b.md", b"two")))


def test_a_plain_key_is_its_own_name() -> None:
    assert report_name("basil_dunlin") == "basil_dunlin.html"


@pytest.mark.parametrize(
    "student", ["", ".", "..", "../up", "a/b", "con", "nul", "Ada", "Ünal", "名前", "a" * 300]
)
def test_any_other_key_gets_a_name_that_is_safe_everywhere(student: str) -> None:
    name = report_name(student)
    assert re.fullmatch(r"[a-z0-9_-]*~[0-9a-f]{10}\.html", name)
    assert len(name) < 100


@pytest.mark.parametrize(
    ("one", "other"), [("Ada", "ada"), ("a b", "a-b"), ("é", "e"), ("x" * 200, "x" * 201)]
)
def test_similar_keys_get_different_names(one: str, other: str) -> None:
    assert report_name(one).lower() != report_name(other).lower()


@given(st.text(st.characters()))
def test_nobody_can_choose_a_key_that_takes_anothers_name(student: str) -> None:
    taken = report_name(student).removesuffix(".html")
    assert taken == student or report_name(taken) != f"{taken}.html"


@pytest.mark.parametrize(
    "changed",
    [
        SUBMISSION._replace(name="Ada B"),
        SUBMISSION._replace(late=True),
        SUBMISSION._replace(received=datetime(2026, 1, 2, 3, 4, tzinfo=UTC)),
        SUBMISSION._replace(attempt=2),
        SUBMISSION._replace(group="Reds"),
        SUBMISSION._replace(problems=(Problem(Place("a.md"), "cut"),)),
        SUBMISSION._replace(files=SUBMISSION.files[::-1]),
        SUBMISSION._replace(files=(File("a.md", b"onet"), File("b.md", b"wo"))),
        SUBMISSION._replace(files=(File("a.mdo", b"ne"), File("b.md", b"two"))),
        SUBMISSION._replace(files=SUBMISSION.files[:1]),
    ],
)
def test_whatever_changes_in_a_submission_changes_its_fingerprint(changed: Submission) -> None:
    assert fingerprint(changed, chosen_by="x") != fingerprint(SUBMISSION, chosen_by="x")


def test_a_fingerprint_says_how_the_rubric_was_chosen() -> None:
    assert fingerprint(SUBMISSION, chosen_by="x") == fingerprint(SUBMISSION, chosen_by="x")
    assert fingerprint(SUBMISSION, chosen_by="x") != fingerprint(SUBMISSION, chosen_by="y")


def test_a_file_is_replaced_whole_and_leaves_no_draft(tmp_path: Path) -> None:
    for text in ("old", "new \ud800 η\n"):
        write_whole(tmp_path / "page.html", text)
    assert (tmp_path / "page.html").read_bytes() == "new \\ud800 η\n".encode()
    assert [path.name for path in tmp_path.iterdir()] == ["page.html"]


def test_a_file_that_cannot_be_written_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(MachineError, match="choose another --out"):
        write_whole(tmp_path / "nowhere" / "page.html", "text")


def test_a_folder_that_cannot_be_made_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(MachineError, match="choose another with --out"):
        make_folder(tmp_path / "file" / "reports")
