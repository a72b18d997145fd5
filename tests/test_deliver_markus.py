"""Sending to MarkUs, a fake one on loopback: what is set again is there once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import classes
import pytest
from click.testing import CliRunner, Result
from fakes.markus import ASSIGNMENT, COURSE, KEY, Markus
from fakes.web import Site
from markusapi import Markus as Client

from grader.cli import main
from grader.types import Place
from grader.types import Result as Graded

CLASS = ["ada", "bob", "cyd"]


class Desk:
    """A graded class, a MarkUs that knows it, and the command that sends."""

    def __init__(self, folder: Path, markus: Markus, url: str) -> None:
        self.out = classes.graded(folder / "out", CLASS)
        self.markus = markus
        self.url = url
        self.settings = {"url": url, "course": str(COURSE), "assignment": str(ASSIGNMENT)}
        self.settings |= {"backoff_ms": "1", "timeout_s": "5"}

    def send(self, *words: str, really: bool = True, **settings: str) -> Result:
        pairs = [word for pair in (self.settings | settings).items() for word in ("--set", "=".join(pair))]
        flags = ["--send"] if really else []
        ran = CliRunner().invoke(main, ["send", "markus", str(self.out), *flags, *pairs, *words])
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran

    def names(self, group: int) -> list[str]:
        return sorted(name for name, _, _ in self.markus.files.get(group, {}).values())


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Desk]:
    monkeypatch.setenv("GRADER_MARKUS_KEY", KEY)
    markus = Markus({name: number for number, name in enumerate(CLASS, start=11)})
    with Site(markus.answer) as url:
        yield Desk(tmp_path, markus, url)


def test_marks_and_report_arrive_for_every_group(desk: Desk) -> None:
    said = desk.send()
    assert said.exit_code == 0, said.output
    assert desk.markus.marks[11] == {"1.1": 0.0, "2.1": 0.25, "3": 0.5}
    assert desk.names(11) == ["hw2-report.html", "hw2-report.txt"]
    text = next(data for name, _, data in desk.markus.files[11].values() if name.endswith(".txt"))
    assert text.decode().startswith("Homework 2: your report\n\nYou have 0.75 of 2 points.")


def test_the_same_is_seen_by_the_client_of_markus_itself(desk: Desk) -> None:
    desk.send()
    client = Client(KEY, desk.url)
    groups = client.get_groups_by_name(COURSE, ASSIGNMENT)
    assert groups == desk.markus.groups
    files = client.get_feedback_files(COURSE, ASSIGNMENT, groups["ada"])
    assert sorted(one["filename"] for one in files) == ["hw2-report.html", "hw2-report.txt"]
    client.upload_feedback_file(COURSE, ASSIGNMENT, groups["ada"], "hw2-report.html", b"by hand")
    assert desk.names(11) == ["hw2-report.html", "hw2-report.txt"]
    client.update_marks_single_group(COURSE, {"3": 0.25}, ASSIGNMENT, groups["ada"])
    assert desk.markus.marks[11]["3"] == 0.25


def test_sending_again_asks_for_nothing_and_a_changed_report_replaces_the_old_one(desk: Desk) -> None:
    desk.send()
    before = dict(desk.markus.counts)
    desk.send()
    assert desk.markus.counts == before
    classes.graded(desk.out, ["bob"], worth="0.5")
    desk.send()
    assert desk.markus.marks[12]["2.1"] == 0.5
    assert desk.names(12) == ["hw2-report.html", "hw2-report.txt"]
    text = next(data for name, _, data in desk.markus.files[12].values() if name.endswith(".txt"))
    assert text.startswith(b"Homework 2: updated report")


def test_the_total_may_go_to_one_criterion(desk: Desk) -> None:
    desk.markus.criteria = ("Everything",)
    desk.send(criterion="Everything")
    assert desk.markus.marks[11] == {"Everything": 0.75}


def test_a_part_that_waits_is_not_marked(desk: Desk) -> None:
    classes.graded(desk.out, ["ada"], worth=None)
    desk.send("--only", "ada")
    assert desk.markus.marks[11] == {"1.1": 0.0, "3": 0.5}


def test_where_the_marking_is_complete_it_is_told_and_the_others_go_on(desk: Desk) -> None:
    desk.markus.complete.add(12)
    said = desk.send()
    assert "the marking is complete already" in " ".join(said.output.split())
    assert sorted(desk.markus.marks) == [11, 13]
    assert desk.names(12) == ["hw2-report.html"]
    desk.markus.complete.clear()
    desk.send()
    assert sorted(desk.markus.marks) == [11, 12, 13]


def test_finish_completes_the_marking_and_opens_it_for_a_changed_report(desk: Desk) -> None:
    desk.send(finish="yes")
    assert desk.markus.complete == {11, 12, 13}
    classes.graded(desk.out, ["bob"], worth="0.5")
    desk.send(finish="yes")
    assert desk.markus.marks[12]["2.1"] == 0.5
    assert desk.markus.complete == {11, 12, 13}


def test_annotations_are_added_only_where_they_are_not_there(desk: Desk) -> None:
    def in_a_text(made: Graded) -> Graded:
        marks = [
            replace(mark, answer=mark.answer and mark.answer._replace(place=Place("hw.md", line=7)))
            for mark in made.marks
        ]
        return replace(made, marks=tuple(marks))

    classes.graded(desk.out, ["ada"], change=in_a_text)
    desk.send("--only", "ada", annotate="yes")
    desk.send("--resend", "ada", annotate="yes")
    [one] = desk.markus.annotations[11]
    assert (one["filename"], one["line_start"]) == ("hw.md", 7)
    assert "The factor n is missing." in one["content"]


FAULTY = [
    "GET /group_ids_by_name",
    "GET /feedback_files",
    "POST /feedback_files",
    "PUT /update_marks",
]


@pytest.mark.parametrize("kind", FAULTY)
@pytest.mark.parametrize("what", ["fail before", "drop before", "drop after"])
def test_a_request_that_fails_is_made_again_with_the_same_end(desk: Desk, kind: str, what: str) -> None:
    desk.markus.fault = lambda asked, number: what if asked == kind and number < 2 else None
    said = desk.send()
    if kind == "POST /feedback_files" and what == "drop after":
        # The file is there, so that it cannot be made a second time; the next run finds it.
        said = desk.send()
    assert said.exit_code == 0, said.output
    assert all(desk.names(group) == ["hw2-report.html", "hw2-report.txt"] for group in (11, 12, 13))
    assert all(len(marks) == 3 for marks in desk.markus.marks.values())


def test_a_wrong_key_is_told_plainly(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_MARKUS_KEY", "nonsense")
    said = desk.send()
    assert said.exit_code == 2
    assert "refused the key" in said.output
    assert "nonsense" not in said.output


def test_a_group_markus_does_not_know_is_told(desk: Desk) -> None:
    del desk.markus.groups["bob"]
    said = desk.send()
    assert "MarkUs has no group bob" in said.output
    assert sorted(desk.markus.marks) == [11, 13]


@pytest.mark.parametrize("group", ["../../x", "a/b", "a?b", "", "-x", "a\nb"])
def test_strange_names_of_groups_are_refused(desk: Desk, group: str) -> None:
    from grader.deliver import markus
    from grader.roster import Person

    options = markus.Options.model_validate({"url": desk.url, "course": "1", "assignment": "2"})
    with pytest.raises(ValueError, match="the name of a group"):
        markus.address(Person(group, "x", group=group), options)
