"""Sending by e-mail, to a real SMTP server on loopback: what arrives, and what happens when it does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import classes
import pytest
from click.testing import CliRunner, Result
from fakes.mail import Mailbox, Server, certificate, login

from grader.cli import main
from grader.deliver import _addresses, email
from grader.deliver._ledger import alone, open_ledger
from grader.deliver._parcels import Parcel
from grader.roster import Person

CLASS = ["ada", "bob", "cyd"]
ADA = Person("ada", "Ada", email="a@x.edu")


class Post:
    """A graded class, a mail server, and the command that sends."""

    def __init__(self, folder: Path, mailbox: Mailbox, port: int) -> None:
        self.out = classes.graded(folder / "out", CLASS)
        self.roster = classes.roster(folder / "roster.csv", CLASS)
        self.mailbox = mailbox
        self.port = port
        self.settings = {
            "server": "127.0.0.1",
            "port": str(port),
            "security": "none",
            "from": "course@example.edu",
            "per_minute": "6000000",
            "backoff_ms": "1",
            "timeout_s": "5",
        }

    def send(self, *words: str, really: bool = True, **settings: str) -> Result:
        given = self.settings | {key.rstrip("_"): value for key, value in settings.items()}
        pairs = [word for pair in given.items() for word in ("--set", "=".join(pair))]
        flags = ["--send"] if really else []
        ran = CliRunner().invoke(
            main, ["send", "email", str(self.out), "--roster", str(self.roster), *flags, *pairs, *words]
        )
        assert ran.exception is None or isinstance(ran.exception, SystemExit), ran.exception
        return ran

    def states(self, student: str) -> list[str]:
        with open_ledger(self.out / "gradebook.sqlite") as ledger:
            return [str(entry.state) for entry in ledger.histories("email", "hw2").get(student, ())]

    def arrived(self) -> list[str]:
        return [address.partition("@")[0] for address, _ in self.mailbox.accepted]


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    mailbox = Mailbox()
    with Server(mailbox) as port:
        yield Post(tmp_path, mailbox, port)


def test_without_send_nothing_leaves_and_the_outbox_shows_what_would(post: Post) -> None:
    said = post.send(really=False)
    assert said.exit_code == 0
    assert post.mailbox.tried == post.mailbox.recipients == 0
    assert "a dry run, nothing is sent" in said.output
    assert "ada@example.edu" in said.output
    boxed = sorted(path.name for path in (post.out / "outbox" / "email").iterdir())
    assert boxed == ["ada.eml", "bob.eml", "cyd.eml"]
    assert post.states("ada") == []


def test_everybody_gets_one_message_with_the_total_and_the_report(post: Post) -> None:
    assert post.send().exit_code == 0
    assert sorted(post.arrived()) == CLASS
    ada = post.mailbox.messages()[0]
    assert ada["To"] == "ada@example.edu"
    assert ada["Subject"] == "Homework 2: your report"
    assert ada["Date"]
    text, page = ada.iter_parts()
    assert "You have 0.75 of 2 points." in text.get_content()
    assert page.get_filename() == "hw2-report.html"
    assert page.get_content().startswith("<!DOCTYPE html>")


def test_answers_go_to_the_address_that_is_given_for_them(post: Post) -> None:
    post.send("--only", "ada", reply_to="staff@example.edu")
    post.send("--only", "bob")
    ada, bob = post.mailbox.messages()
    assert ada["Reply-To"] == "staff@example.edu"
    assert "answer this message" in next(ada.iter_parts()).get_content()
    assert bob["Reply-To"] is None
    assert "ask the course staff" in next(bob.iter_parts()).get_content()
    assert post.send(reply_to="a@x.edu, b@x.edu").exit_code == 2


def test_what_was_shown_is_what_is_sent(post: Post) -> None:
    post.send(really=False)
    post.send()
    for address, data in post.mailbox.accepted:
        shown = (post.out / "outbox" / "email" / f"{address.partition('@')[0]}.eml").read_bytes()
        assert re.sub(rb"\ADate: [^\r]*\r\n", b"", data) == shown


def test_sending_again_sends_nothing(post: Post) -> None:
    post.send()
    again = post.send()
    assert "3 students already have this report" in again.output
    assert sorted(post.arrived()) == CLASS


def test_a_changed_report_is_sent_again_as_such_and_only_that_one(post: Post) -> None:
    post.send()
    classes.graded(post.out, ["bob"], worth="0.5")
    post.send()
    assert sorted(post.arrived()) == [*CLASS[:2], "bob", "cyd"]
    last = post.mailbox.messages()[-1]
    assert last["To"] == "bob@example.edu"
    assert last["Subject"] == "Homework 2: updated report"
    assert last["Message-ID"] not in [message["Message-ID"] for message in post.mailbox.messages()[:-1]]


def test_marks_that_change_there_and_back_are_told_each_time(post: Post) -> None:
    for worth in ("0.25", "0.5", "0.25"):
        classes.graded(post.out, ["bob"], worth=worth)
        post.send("--only", "bob")
    assert post.arrived() == ["bob"] * 3
    assert len({message["Message-ID"] for message in post.mailbox.messages()}) == 3


def test_what_waits_for_a_person_is_said(post: Post) -> None:
    classes.graded(post.out, ["ada"], worth=None)
    post.send("--only", "ada")
    text = next(post.mailbox.messages()[0].iter_parts()).get_content()
    assert "You have 0.5 of 1.5 points that are decided so far." in text
    assert "0.5 points wait for a person to decide (part 2.1)." in text


def test_while_another_sends_to_the_same_target_nothing_is_sent(post: Post) -> None:
    with alone(post.out, "email"):
        said = post.send()
    assert said.exit_code == 2
    assert "another grader is sending to email" in said.output
    assert post.arrived() == []


def test_only_those_who_are_named_get_theirs(post: Post) -> None:
    post.send("--only", "bo")
    assert post.arrived() == ["bob"]


def test_nobody_without_an_address_is_sent_anything_and_all_are_told(post: Post) -> None:
    post.roster.write_text("student,email\nada,ada@example.edu\nbob,\n", "utf-8")
    said = post.send().output
    assert post.arrived() == ["ada"]
    assert "Cannot be sent to 2 students" in said
    assert "bob: the class list has no e-mail address" in said


def test_two_students_with_one_address_get_nothing(post: Post) -> None:
    post.roster.write_text(
        "student,email\nada,x@example.edu\nbob,X@example.edu\ncyd,c@example.edu\n", "utf-8"
    )
    said = post.send().output
    assert post.arrived() == ["c"]
    assert "is also the address of bob" in " ".join(said.split())


REFUSALS: list[tuple[str, Callable[[int], str | None]]] = [
    ("421 too busy", lambda number: "421 too busy" if number == 0 else None),
    ("451 try later", lambda number: "451 try later" if number in (0, 1) else None),
    ("drop", lambda number: "drop" if number == 0 else None),
]


@pytest.mark.parametrize(("name", "fault"), REFUSALS, ids=[name for name, _ in REFUSALS])
def test_a_recipient_refused_for_now_is_tried_again_in_the_same_run(
    post: Post, name: str, fault: Callable[[int], str | None]
) -> None:
    post.mailbox.on_rcpt = fault
    assert post.send().exit_code == 0
    assert sorted(post.arrived()) == CLASS


@pytest.mark.parametrize("answer", ["451 4.3.0 no room", "452 disk"])
def test_a_message_refused_for_now_is_tried_again_in_the_same_run(post: Post, answer: str) -> None:
    post.mailbox.on_data = lambda number: answer if number == 0 else None
    post.send()
    assert sorted(post.arrived()) == CLASS
    assert post.states("ada") == ["planned", "sending", "failed", "sending", "sent"]


def test_a_recipient_nobody_knows_is_told_and_the_others_go_on(post: Post) -> None:
    post.mailbox.on_rcpt = lambda number: "550 5.1.1 no such user" if number == 1 else None
    said = post.send().output
    assert post.arrived() == ["ada", "cyd"]
    assert "550 5.1.1 no such user" in " ".join(said.split())
    assert post.states("bob") == ["planned", "failed"]
    post.send()
    assert sorted(post.arrived()) == CLASS


@pytest.mark.parametrize("kept", [True, False], ids=["taken", "lost"])
def test_a_connection_lost_after_the_final_dot_is_left_to_a_person(post: Post, kept: bool) -> None:
    post.mailbox.on_data = lambda number: ("take and drop" if kept else "drop") if number == 1 else None
    said = post.send()
    assert post.states("bob") == ["planned", "sending", "unknown"]
    assert "not known for bob" in " ".join(said.output.split())
    before = post.arrived()
    post.send()
    assert post.arrived() == before
    post.send(*(("--assume-sent", "bob") if kept else ("--resend", "bob")))
    assert sorted(post.arrived()) == CLASS
    assert post.states("bob")[-1] == "sent"
    post.send()
    assert sorted(post.arrived()) == CLASS


def test_only_what_is_open_can_be_assumed_sent(post: Post) -> None:
    said = post.send("--assume-sent", "ada")
    assert said.exit_code == 2
    assert "no open delivery to ada" in said.output
    assert post.arrived() == []


def test_who_asks_for_it_gets_a_report_once_more(post: Post) -> None:
    post.send()
    post.send("--resend", "cyd")
    assert sorted(post.arrived()) == [*CLASS, "cyd"]
    assert post.arrived()[-1] == "cyd"


def test_a_server_that_answers_nothing_stops_the_run_after_a_few(post: Post) -> None:
    classes.graded(post.out, students := [f"s{number}" for number in range(9)])
    classes.roster(post.roster, students)
    post.mailbox.on_rcpt = lambda _: "450 not now"
    said = post.send()
    assert said.exit_code == 2
    assert "3 students in a row" in " ".join(said.output.split())
    assert post.mailbox.recipients == 15
    post.mailbox.on_rcpt = lambda _: None
    post.send()
    assert sorted(post.arrived()) == students


def test_a_slow_server_is_given_up_after_the_time_allowed(post: Post) -> None:
    post.mailbox.delay = lambda: 1.5
    said = post.send("--only", "ada", timeout_s="1").output
    assert "did not answer in time" in " ".join(said.split())
    assert post.states("ada") == ["planned", "sending", "unknown"]


def test_nobody_listens(post: Post) -> None:
    said = post.send(port="1")
    assert said.exit_code == 2
    assert "127.0.0.1:1: nothing answers" in said.output


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_with_tls_and_a_login_everything_arrives(
    tmp_path: Path, tls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem = certificate(tmp_path)
    mailbox = Mailbox()
    monkeypatch.setenv("GRADER_EMAIL_PASSWORD", "s3cret!")
    seen: list[str] = []
    # Over TLS from the start, aiosmtpd warns of a login that it demands, and warnings are errors here.
    more = {"auth_required": True} if tls == "starttls" else {"auth_require_tls": False}
    check = login("ta", "s3cret!", seen)
    with Server(mailbox, tls=tls, certificate=pem, authenticator=check, **more) as port:
        post = Post(tmp_path, mailbox, port)
        said = post.send(security=tls, login="ta", certificate=str(pem))
    assert said.exit_code == 0, said.output
    assert sorted(post.arrived()) == CLASS
    assert seen


@pytest.mark.parametrize("tls", ["starttls", "tls"])
def test_a_certificate_nobody_vouches_for_is_refused(
    tmp_path: Path, tls: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    mailbox = Mailbox()
    with Server(mailbox, tls=tls, certificate=certificate(tmp_path)) as port:
        post = Post(tmp_path, mailbox, port)
        said = post.send(security=tls)
    assert said.exit_code == 2
    assert "no secure connection could be made" in said.output
    assert post.arrived() == []


def test_a_server_without_starttls_gets_no_password(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADER_EMAIL_PASSWORD", "s3cret!")
    said = post.send(security="starttls", login="ta")
    assert said.exit_code == 2
    assert "offers no STARTTLS" in said.output


def test_a_wrong_password_is_told_plainly_and_nothing_is_tried(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pem, mailbox = certificate(tmp_path), Mailbox()
    monkeypatch.setenv("GRADER_EMAIL_PASSWORD", "wrong")
    with Server(mailbox, tls="starttls", certificate=pem, authenticator=login("ta", "right")) as port:
        post = Post(tmp_path, mailbox, port)
        said = post.send(security="starttls", login="ta", certificate=str(pem))
    assert said.exit_code == 2
    assert "refused the login ta" in said.output
    assert "wrong" not in said.output
    assert post.states("ada") == []


def test_without_a_password_it_says_where_to_put_one(post: Post, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GRADER_EMAIL_PASSWORD", raising=False)
    monkeypatch.setattr("grader.deliver._settings._from_keyring", lambda _: None)
    said = post.send(login="ta")
    assert said.exit_code == 2
    assert "GRADER_EMAIL_PASSWORD" in said.output
    assert "keyring set grader ta@127.0.0.1" in said.output


def test_only_this_machine_may_be_sent_to_without_tls(post: Post) -> None:
    said = post.send(server="mail.example.edu")
    assert said.exit_code == 2
    assert "not on this machine" in said.output


BAD_ADDRESSES = [
    "a@x.edu, evil@x.edu",
    "a@x.edu\r\nBcc: evil@x.edu",
    "a@x.edu\n",
    "=?utf-8?q?a?=@x.edu",
    "Ada <a@x.edu>",
    "a@x",
    "a@@x.edu",
    ".a@x.edu",
    "a..b@x.edu",
    "a@-x.edu",
    "a b@x.edu",
    "a@x.edu\0",
    "ä@x.edu",
    "a@x.edu;b@x.edu",
    '"a"@x.edu',
    "a@[127.0.0.1]",
    "",
    "a" * 65 + "@x.edu",
    "a@" + "x." * 130 + "edu",
]


@pytest.mark.parametrize("text", BAD_ADDRESSES)
def test_whatever_is_not_one_plain_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="one e-mail address"):
        _addresses.email(text)


@pytest.mark.parametrize("text", ["a@x.edu", "o'neil@x.edu", "a.b+c@cs.x-y.example.edu", "A_1%2@X.EDU"])
def test_plain_addresses_are_taken(text: str) -> None:
    assert _addresses.email(text) == text


INJECTIONS = [
    "=?utf-8?q?hi=0D=0ABcc:_evil=40x?=",
    "Homework\r\nBcc: evil@x.edu",
    "Homework\0",
]


@pytest.mark.parametrize("title", INJECTIONS)
def test_no_title_adds_a_header(title: str) -> None:
    options = email.Options.model_validate({"server": "127.0.0.1", "from": "c@x.edu", "security": "none"})
    parcel = Parcel(replace(classes.of("ada"), title=title), ADA, "a@x.edu", 1, "0" * 24)
    try:
        data = email.letter(parcel, options).files[0].data
    except ValueError as error:
        assert "=?" in str(error)
    else:
        head = data.partition(b"\r\n\r\n")[0]
        assert b"\nBcc" not in head
        assert head.count(b"Subject:") == 1


def test_headers_that_somebody_added_are_seen_in_the_finished_message() -> None:
    fine = b"From: c@x.edu\r\nTo: a@x.edu\r\nSubject: a\r\n b\r\n\r\ntext"
    email._check(fine)
    for bad in (
        fine.replace(b"Subject: a", b"Subject: a\r\nBcc: e@x.edu"),
        fine.replace(b"Subject: a", b"Subject: a\nBcc: e@x.edu"),
        fine.replace(b"Subject: a", b"Subject: a\r\nTo: e@x.edu"),
    ):
        with pytest.raises(ValueError, match="not ours"):
            email._check(bad)


def test_a_students_name_stands_only_in_the_text(post: Post) -> None:
    options = email.Options.model_validate({"server": "127.0.0.1", "from": "c@x.edu", "security": "none"})
    named = replace(classes.of("ada"), name="Ada\r\nBcc: evil@x.edu {0} =?utf-8?q?x?=")
    data = email.letter(Parcel(named, ADA, "a@x.edu", 1, "0" * 24), options).files[0].data
    head, _, body = data.partition(b"\r\n\r\n")
    assert b"evil" not in head
    assert b"Hello Ada Bcc: evil@x.edu {0}" in body


def test_lines_that_start_with_a_dot_arrive_as_they_are(post: Post) -> None:
    assert email._dotted(b"a\r\n.\r\n..b\r\n") == b"a\r\n..\r\n...b\r\n"
    assert email._dotted(b".a") == b"..a\r\n"


def test_the_same_letter_is_the_same_bytes() -> None:
    options = email.Options.model_validate({"server": "127.0.0.1", "from": "c@x.edu", "security": "none"})
    parcel = Parcel(classes.of("ada"), ADA, "a@x.edu", 1, "0" * 24)
    assert email.letter(parcel, options) == email.letter(parcel, options)


def test_the_pace_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    monkeypatch.setattr("grader.deliver.email.time.sleep", slept.append)
    monkeypatch.setattr("grader.deliver.email.time.monotonic", lambda: 100.0)
    line = email._Line(
        email.Options.model_validate(
            {"server": "127.0.0.1", "from": "c@x.edu", "security": "none", "per_minute": "30"}
        )
    )
    for _ in range(3):
        line._keep_pace()
    assert slept == [2.0, 4.0]
