"""Sending to Moodle's web service, a fake one on loopback: grade, comment and report are set once."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import classes
import pytest
from click.testing import CliRunner, Result
from fakes.moodle import COURSE, PAGE, TOKEN, Moodle
from fakes.web import Site

from grader.cli import main
from grader.deliver import moodle
from grader.deliver._parcels import Parcel
from grader.roster import Person

CLASS = ["ada", "bob", "cyd"]


class Desk:
    """A graded class, a Moodle that knows it, and the command that sends."""

    def __init__(self, folder: Path, site: Moodle, url: str) -> None:
        self.out = classes.graded(folder / "out", CLASS)
        self.roster = classes.roster(folder / "roster.csv", CLASS)
        self.moodle = site
        self.settings = {"url": url, "course": str(COURSE), "page": str(PAGE), "backoff_ms": "1"}
        self.settings |= {"settle_ms": "0", "timeout_s": "5"}

    def send(self, *words: str, really: bool = True, **settings: str) -> Result:
        pairs = [word for pair in (self.settings | settings).items() for word in ("--set", "=".join(pair))]
        flags = ["--roster", str(self.roster), *(["--send"] if really else [])]
        ran = CliRunner().invoke(main, ["send", "moodle", str(self.out), *flags, *pairs, *words])
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran

    def told(self) -> list[int]:
        return [self.moodle.told.get(user, 0) for user in self.moodle.students]


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("GRADER_MOODLE_TOKEN", TOKEN)
    site = Moodle(dict(enumerate(CLASS, start=41)))
    with Site(site.answer) as url:
        yield Desk(tmp_path, site, url)


def test_without_send_moodle_is_not_even_asked(desk: Desk) -> None:
    assert desk.send(really=False).exit_code == 0
    assert desk.moodle.counts == {}
    assert (desk.out / "outbox" / "moodle" / "ada.json").is_file()


def test_grade_comment_and_report_are_set_at_once(desk: Desk) -> None:
    said = desk.send()
    assert said.exit_code == 0, said.output
    assert desk.moodle.grades == {41: 0.75, 42: 0.75, 43: 0.75}
    assert desk.moodle.files[41] == ("hw2-report.html",)
    assert desk.moodle.comments[41].startswith(
        "<p>Homework 2: your report</p><p>You have 0.75 of 2 points.</p>"
    )
    assert desk.told() == [1, 1, 1]


def test_sending_again_tells_nobody_twice_and_a_changed_report_is_set_anew(desk: Desk) -> None:
    desk.send()
    classes.graded(desk.out, ["bob"], worth="0.5")
    desk.send()
    desk.send()
    assert desk.told() == [1, 2, 1]
    assert desk.moodle.grades[42] == 1.0


def test_what_moodle_already_has_is_not_set_again_though_the_ledger_is_lost(desk: Desk) -> None:
    desk.send()
    for path in desk.out.glob("gradebook.sqlite*"):
        path.unlink()
    classes.graded(desk.out, CLASS)
    desk.send()
    assert desk.told() == [1, 1, 1]


def test_while_parts_wait_there_is_no_grade(desk: Desk) -> None:
    classes.graded(desk.out, ["ada"], worth=None)
    desk.send("--only", "ada")
    assert desk.moodle.grades[41] == -1


@pytest.mark.parametrize(
    "what", ["fail before", "fail after", "drop before", "drop after", "dml before", "dml after", "busy"]
)
def test_a_saving_that_fails_before_or_after_it_was_done_is_done_once(desk: Desk, what: str) -> None:
    desk.moodle.fault = lambda kind, number: what if kind == "grades" and number < 2 else None
    said = desk.send()
    assert said.exit_code == 0, said.output
    assert desk.told() == [1, 1, 1]


@pytest.mark.parametrize("kind", ["upload", "status", "users", "assignments"])
@pytest.mark.parametrize("what", ["fail before", "fail after", "drop after", "busy"])
def test_other_questions_are_asked_again(desk: Desk, kind: str, what: str) -> None:
    desk.moodle.fault = lambda asked, number: what if asked == kind and number < 2 else None
    assert desk.send().exit_code == 0
    assert desk.told() == [1, 1, 1]
    assert all(files == ("hw2-report.html",) for files in desk.moodle.files.values())


def test_a_wrong_token_is_told_plainly(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_MOODLE_TOKEN", "nonsense")
    said = desk.send()
    assert said.exit_code == 2
    assert "Moodle refused the token" in said.output
    assert "nonsense" not in said.output


@pytest.mark.parametrize(("key", "value"), [("page", "78"), ("course", "6")])
def test_an_assignment_that_is_not_there_is_told(desk: Desk, key: str, value: str) -> None:
    desk.settings[key] = value
    said = desk.send()
    assert said.exit_code == 2
    assert "shows this token no assignment" in said.output


def test_no_moodle_at_the_address(desk: Desk) -> None:
    said = desk.send(url=f"{desk.settings['url']}/elsewhere")
    assert said.exit_code == 2
    assert "no web service of Moodle answers" in said.output


def test_another_maximum_stops_everything(desk: Desk) -> None:
    desk.moodle.most = 100
    said = desk.send()
    assert said.exit_code == 2
    assert "2 points and the assignment in Moodle 100" in " ".join(said.output.split())
    assert desk.told() == [0, 0, 0]


def test_two_people_with_one_address_in_moodle_get_nothing(desk: Desk) -> None:
    desk.moodle.students[44] = "bob"
    said = desk.send()
    assert "2 people has email bob@example.edu" in " ".join(said.output.split())
    assert desk.told() == [1, 0, 1, 0]


def test_titles_are_text_in_the_comment(desk: Desk) -> None:
    titled = replace(classes.of("ada"), title="<script>alert(1)</script>")
    options = moodle.Options.model_validate(desk.settings)
    sent = moodle.letter(Parcel(titled, Person("ada", "Ada"), "courses/5/ada", 1, "0" * 24), options)
    comment = json.loads(sent.files[0].data)["comment"]
    assert "<script" not in comment
    assert "&lt;script&gt;alert(1)&lt;/script&gt;: your report" in comment
