"""Sending to Canvas, a fake one on loopback: grade, comment and report arrive once, whatever it answers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import classes
import pytest
from click.testing import CliRunner, Result
from fakes.canvas import ASSIGNMENT, COURSE, TOKEN, Canvas, Fault
from fakes.web import Site

from grader.cli import main
from grader.deliver._ledger import open_ledger

CLASS = ["ada", "bob", "cyd", "dee", "eve"]


class Desk:
    """A graded class, a Canvas that knows it, and the command that sends."""

    def __init__(self, folder: Path, canvas: Canvas) -> None:
        self.out = classes.graded(folder / "out", CLASS)
        self.roster = classes.roster(folder / "roster.csv", CLASS, canvas_id="{}")
        self.canvas = canvas
        self.settings = {
            "url": canvas.url,
            "course": str(COURSE),
            "assignment": str(ASSIGNMENT),
            "backoff_ms": "1",
            "settle_ms": "0",
            "timeout_s": "5",
        }

    def send(self, *words: str, really: bool = True, roster: bool = True, **settings: str) -> Result:
        pairs = [word for pair in (self.settings | settings).items() for word in ("--set", "=".join(pair))]
        given = ["--roster", str(self.roster)] if roster else []
        ran = CliRunner().invoke(
            main, ["send", "canvas", str(self.out), *given, *(["--send"] if really else []), *pairs, *words]
        )
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran

    def states(self, student: str) -> list[str]:
        with open_ledger(self.out / "gradebook.sqlite") as ledger:
            return [str(entry.state) for entry in ledger.histories("canvas", "hw2").get(student, ())]

    def counts(self) -> list[int]:
        """How many comments each student has."""
        return [len(self.canvas.comments.get(user, ())) for user in self.canvas.students]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("GRADER_CANVAS_TOKEN", TOKEN)
    canvas = Canvas({number: f"{name.title()} Example" for number, name in enumerate(CLASS, start=1)})
    with Site(canvas.answer) as url:
        canvas.url = url
        yield Desk(tmp_path, canvas)


def test_without_send_canvas_is_not_even_asked(desk: Desk) -> None:
    said = desk.send(really=False)
    assert said.exit_code == 0
    assert desk.canvas.counts == {}
    names = sorted(path.name for path in (desk.out / "outbox" / "canvas").iterdir())
    assert names[:4] == ["ada.html", "ada.json", "bob.html", "bob.json"]


def test_everybody_gets_grade_comment_and_report_in_one(desk: Desk) -> None:
    said = desk.send()
    assert said.exit_code == 0, said.output
    assert desk.counts() == [1] * 5
    assert desk.canvas.grades == dict.fromkeys(range(1, 6), "0.75")
    text, files = desk.canvas.comments[1][0]
    assert text.startswith("Homework 2: your report\n\nYou have 0.75 of 2 points.")
    assert files == ("hw2-report.html",)
    assert desk.canvas.counts["put"] == 5
    data = next(data for user, _, data in desk.canvas.files.values() if user == 1)
    assert (
        data == (desk.out / "outbox" / "canvas" / "ada.html").read_bytes()
        if desk.send("--resend", "ada", really=False)
        else False
    )


def test_every_page_of_the_class_is_read(desk: Desk) -> None:
    desk.send()
    assert desk.canvas.counts["list"] == 3


def test_sending_again_sends_nothing(desk: Desk) -> None:
    desk.send()
    desk.send()
    assert desk.counts() == [1] * 5


def test_a_changed_report_is_sent_again_as_such(desk: Desk) -> None:
    desk.send()
    classes.graded(desk.out, ["bob"], worth="0.5")
    desk.send()
    assert desk.counts() == [1, 2, 1, 1, 1]
    assert desk.canvas.comments[2][1][0].startswith("Homework 2: updated report")
    assert desk.canvas.grades[2] == "1"


def test_what_canvas_already_has_is_not_sent_again_though_the_ledger_is_lost(desk: Desk) -> None:
    desk.send()
    for path in desk.out.glob("gradebook.sqlite*"):
        path.unlink()
    classes.graded(desk.out, CLASS)
    said = desk.send()
    assert desk.counts() == [1] * 5
    assert said.exit_code == 0
    assert desk.states("ada") == ["planned", "sent"]


def test_while_parts_wait_the_grade_is_withheld_unless_asked_for(desk: Desk) -> None:
    classes.graded(desk.out, ["ada", "bob"], worth=None)
    desk.send("--only", "ada")
    assert 1 not in desk.canvas.grades
    assert "The grade is entered when everything is decided." in desk.canvas.comments[1][0][0]
    desk.send("--only", "bob", unfinished="post")
    assert desk.canvas.grades[2] == "0.5"


@pytest.mark.parametrize(("grade", "entered"), [("percent", "37.5%"), ("none", None)])
def test_the_grade_may_be_a_percentage_or_none(desk: Desk, grade: str, entered: str | None) -> None:
    desk.send("--only", "ada", grade=grade)
    assert desk.canvas.grades.get(1) == entered
    assert desk.counts()[0] == 1


def test_other_points_in_canvas_than_in_the_rubric_stop_everything(desk: Desk) -> None:
    desk.canvas.points_possible = 100.0
    said = desk.send()
    assert said.exit_code == 2
    assert "the rubric has 2 points and the assignment in Canvas 100" in " ".join(said.output.split())
    assert desk.counts() == [0] * 5
    assert desk.send(grade="percent").exit_code == 0


def once(kind: str, what: str, times: int = 1) -> Fault:
    return lambda asked, number: what if asked == kind and number < times else None


@pytest.mark.parametrize("what", ["throttle", "forbid"])
@pytest.mark.parametrize("kind", ["list", "token", "put"])
def test_where_canvas_is_busy_it_is_waited_for(desk: Desk, kind: str, what: str) -> None:
    desk.canvas.fault = once(kind, what, times=3)
    assert desk.send().exit_code == 0
    assert desk.counts() == [1] * 5
    assert len(desk.canvas.throttled) == 3


@pytest.mark.parametrize("what", ["fail before", "fail after", "drop before", "drop after"])
@pytest.mark.parametrize("kind", ["list", "token", "upload", "put"])
def test_a_request_that_fails_before_or_after_it_was_done_is_done_once(
    desk: Desk, kind: str, what: str
) -> None:
    desk.canvas.fault = once(kind, what, times=2)
    said = desk.send()
    assert said.exit_code == 0, said.output
    assert desk.counts() == [1] * 5
    assert all(files == ("hw2-report.html",) for ((_, files),) in desk.canvas.comments.values())


def test_what_is_done_only_after_a_time_out_is_waited_for_before_it_is_asked_for(desk: Desk) -> None:
    desk.canvas.fault = once("put", "late")
    desk.send(settle_ms="700")
    assert desk.counts() == [1] * 5
    assert desk.states("ada") == ["planned", "sending", "sent"]


def test_what_cannot_even_be_asked_for_stays_open_until_the_next_run(desk: Desk) -> None:
    desk.canvas.fault = lambda kind, number: {"put": "drop after", "get": "fail before"}.get(kind)
    said = desk.send("--only", "ada")
    assert desk.states("ada") == ["planned", "sending", "unknown"]
    assert "not known for ada" in said.output
    desk.canvas.fault = lambda kind, number: None
    desk.send()
    assert desk.states("ada") == ["planned", "sending", "unknown", "sent"]
    assert desk.counts() == [1] * 5


def test_a_wrong_token_is_told_plainly_and_not_shown(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_CANVAS_TOKEN", "7~other")
    said = desk.send()
    assert said.exit_code == 2
    assert "refused the access token" in said.output
    assert "7~other" not in said.output
    assert desk.states("ada") == []


def test_a_course_that_is_not_there_is_told_plainly(desk: Desk) -> None:
    said = desk.send(assignment="9")
    assert said.exit_code == 2
    assert "no course 17 with assignment 9" in said.output


def test_a_student_canvas_does_not_know_is_told_and_the_others_go_on(desk: Desk) -> None:
    del desk.canvas.students[2]
    said = desk.send()
    assert "no student 2 in this assignment" in said.output
    assert desk.counts() == [1] * 4


def test_without_a_class_list_the_id_in_the_key_must_belong_to_the_name(desk: Desk) -> None:
    classes.graded(desk.out, ["Zed (3)"])
    said = desk.send("--only", "Zed (3)", roster=False)
    assert "Canvas calls user 3 'Cyd Example'" in " ".join(said.output.split())
    assert desk.counts() == [0] * 5


@pytest.mark.parametrize("bad", ["../../x", "1?as_user_id=2", "1/2", "", "１", "9" * 21, "-1"])
@pytest.mark.parametrize("key", ["course", "assignment"])
def test_whatever_is_no_number_is_no_id(desk: Desk, key: str, bad: str) -> None:
    desk.settings[key] = bad
    said = desk.send()
    assert said.exit_code == 2
    assert "a number of up to 20 digits" in said.output
    assert desk.canvas.counts == {}


@pytest.mark.parametrize(
    "bad",
    ["http://canvas.example.edu", "https://u:p@x.edu", "ftp://127.0.0.1", "https://x.edu/?a=1", "x.edu", ""],
)
def test_the_token_goes_over_https_only(desk: Desk, bad: str) -> None:
    said = desk.send(url=bad)
    assert said.exit_code == 2
    assert "https" in said.output


def test_a_store_in_the_open_is_refused(desk: Desk) -> None:
    desk.canvas.store = "http://store.example.edu"
    said = desk.send()
    assert said.exit_code == 2
    assert "where others could read it" in " ".join(said.output.split())
    assert desk.counts() == [0] * 5
