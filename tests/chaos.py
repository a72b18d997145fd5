"""Sends a class while the sender is killed at random moments, until everybody has their report; counts.

By hand, for a large class:  python tests/chaos.py canvas --students 200 --kills 100 --seed 1

The sender is forked from a process that has everything loaded, so that kills fall into sending and not into
starting. What arrived is what the server wrote down, one line for each, before it answered.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from random import Random
from typing import Any, NoReturn

import classes
from fakes import canvas as canvases
from fakes import mail
from fakes.web import Site

from grader.cli import main
from grader.deliver._ledger import State, open_ledger
from grader.pipeline import GRADEBOOK

FAULTS = {
    "email": (None, None, None, None, "451 later", "421 busy"),
    "canvas": (None,) * 12 + ("throttle", "forbid", "fail before", "fail after", "drop before", "drop after"),
}
PATIENCE_S = 900.0


class Trial:
    """One class, one server, and what became of everybody."""

    def __init__(self, target: str, students: int, kills: int, seed: int, folder: Path) -> None:
        self.target, self.kills, self.folder = target, kills, folder
        self.random = Random(seed)  # noqa: S311 - to be the same every time
        self.seen, self.happens = os.pipe()
        os.set_blocking(self.seen, False)
        self.students = [f"s{number:04}" for number in range(students)]
        self.out = classes.graded(folder / "out", self.students)
        self.roster = classes.roster(folder / "roster.csv", self.students, canvas_id="{}")
        self.log = folder / "arrived.jsonl"
        self.log.touch()
        self.killed: Counter[str] = Counter()
        self.runs = self.decided = 0
        self.server, self.settings = self._serve(seed)

    def run(self) -> dict[str, Any]:
        """The figures, after everybody has got the first report and some an updated one."""
        started = time.monotonic()
        self._until_done(self.kills // 2)
        first = Counter(student for student, _ in self.arrived())
        changed = self.students[::3]
        classes.graded(self.out, changed, worth="0.5")
        self._until_done(self.kills - self.kills // 2)
        os.kill(self.server, signal.SIGTERM)
        os.waitpid(self.server, 0)
        got = Counter(student for student, _ in self.arrived())
        wanted = {student: 1 + (student in changed) for student in self.students}
        markers = Counter(marker for _, marker in self.arrived())
        return {
            "students": len(self.students),
            "runs": self.runs,
            "kills": sum(self.killed.values()),
            "killed while": dict(self.killed),
            "decided by a person": self.decided,
            "first: missing": sum(not first[student] for student in self.students),
            "first: twice": sum(first[student] > 1 for student in self.students),
            "missing": sum(got[student] < wanted[student] for student in self.students),
            "twice": sum(got[student] > wanted[student] for student in self.students),
            "marker twice": sum(count > 1 for count in markers.values()),
            "seconds": round(time.monotonic() - started, 1),
        }

    def arrived(self) -> list[tuple[str, str]]:
        """The student and the marker of everything that the server took, in order."""
        return [tuple(json.loads(line)) for line in self.log.read_text("utf-8").splitlines()]

    def _until_done(self, kills: int) -> None:
        deadline = time.monotonic() + PATIENCE_S
        left = kills
        while time.monotonic() < deadline:
            before = sum(self.killed.values())
            code = self._sender([], kill_at=self.random.randrange(1, 9) if left else None)
            left -= sum(self.killed.values()) - before
            last = self._last()
            open_ = [student for student, state in last.items() if state is State.UNKNOWN]
            if open_:
                self._decide(open_)
            elif code == 0 and not left and set(last.values()) == {State.SENT}:
                return
            elif code == 0 and left:
                # Done before all kills were used: ask for nothing more, the rest would hit an idle program.
                left = 0
        raise TimeoutError(f"not done after {PATIENCE_S} s: {Counter(self._last().values())}")

    def _decide(self, students: Sequence[str]) -> None:
        """What a person does who looks into the log of the mail server."""
        there = {marker for _, marker in self.arrived()}
        words: list[str] = []
        for student in students:
            entry = self._histories()[student][-1]
            words += ["--only", student, "--assume-sent" if entry.marker in there else "--resend", student]
        self.decided += len(students)
        self._sender(words, kill_at=None)

    def _sender(self, words: Sequence[str], *, kill_at: int | None) -> int:
        """Runs the command; it is killed some milliseconds after so many requests have reached the server."""
        self.runs += 1
        given = [word for pair in self.settings.items() for word in ("--set", "=".join(pair))]
        command = ["send", self.target, str(self.out), "--roster", str(self.roster), "--send", *given, *words]
        self._requests()
        child = os.fork()
        if child == 0:
            _as(lambda: main(command, prog_name="grader"), self.folder / "said.txt")
        met, ended = 0, (0, 0)
        while not ended[0]:
            met += self._requests()
            if kill_at is not None and met >= kill_at:
                time.sleep(self.random.uniform(0, 0.012))
                os.kill(child, signal.SIGKILL)
                ended = os.waitpid(child, 0)
            else:
                time.sleep(0.0005)
                ended = os.waitpid(child, os.WNOHANG)
        if os.WIFSIGNALED(ended[1]):
            states = Counter(self._last().values())
            self.killed["sending" if states[State.SENDING] else "between"] += 1
        return os.waitstatus_to_exitcode(ended[1])

    def _requests(self) -> int:
        """How many requests have reached the server since this was asked last."""
        try:
            return len(os.read(self.seen, 100_000))
        except BlockingIOError:
            return 0

    def _histories(self) -> Any:
        with open_ledger(self.out / GRADEBOOK) as ledger:
            return ledger.histories(self.target, "hw2")

    def _last(self) -> dict[str, State]:
        return {student: entries[-1].state for student, entries in self._histories().items()}

    def _serve(self, seed: int) -> tuple[int, dict[str, str]]:
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reading)
            random = Random(seed + 1)  # noqa: S311
            _as(lambda: SERVERS[self.target](self, random, writing), self.folder / "served.txt")
        os.close(writing)
        with os.fdopen(reading) as pipe:
            return child, json.loads(pipe.readline())

    def keep(self, student: str, marker: str) -> None:
        """Writes down what arrived, before the sender hears of it."""
        with self.log.open("a", encoding="utf-8") as log:
            log.write(json.dumps([student, marker]) + "\n")


def _mail(trial: Trial, random: Random, writing: int) -> None:
    def keep(address: str, data: bytes) -> None:
        marker = data.partition(b"<grader.")[2].partition(b"@")[0].decode()
        trial.keep(address.partition("@")[0], marker)

    box = mail.Mailbox(keep=keep)

    def fault(_: int) -> str | None:
        os.write(trial.happens, b".")
        return random.choice(FAULTS["email"])

    box.on_rcpt = box.on_data = fault
    box.delay = lambda: random.uniform(0, 0.01)
    with mail.Server(box) as port:
        tell = {"server": "127.0.0.1", "port": str(port), "security": "none", "from": "course@example.edu"}
        _ready(writing, tell | {"per_minute": "6000000", "backoff_ms": "1", "timeout_s": "20"})


def _canvas(trial: Trial, random: Random, writing: int) -> None:
    users = dict(enumerate(trial.students, start=1))
    site = canvases.Canvas(users, page=50)
    site.keep = lambda user, text: trial.keep(users[user], text.rpartition("[")[2].rstrip("]"))

    def fault(kind: str, number: int) -> str | None:
        os.write(trial.happens, b".")
        return random.choice(FAULTS["canvas"])

    site.fault = fault
    site.delay_s = lambda: random.uniform(0, 0.005)
    with Site(site.answer) as url:
        site.url = url
        tell = {"url": url, "course": str(canvases.COURSE), "assignment": str(canvases.ASSIGNMENT)}
        _ready(writing, tell | {"backoff_ms": "1", "settle_ms": "300", "timeout_s": "20"})


SERVERS: dict[str, Callable[[Trial, Random, int], None]] = {"email": _mail, "canvas": _canvas}


def _ready(writing: int, settings: dict[str, str]) -> None:
    with os.fdopen(writing, "w") as pipe:
        pipe.write(json.dumps(settings) + "\n")
    signal.sigwait([signal.SIGTERM])


def _as(do: Callable[[], object], said: Path) -> NoReturn:
    """The life of a forked process: does one thing, and never comes back into the code that forked it."""
    code = 1
    try:
        with said.open("a") as out:
            sys.stdout = sys.stderr = out
            do()
            code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    except BaseException as error:
        with said.open("a") as out:
            out.write(f"{type(error).__name__}: {error}\n")
    finally:
        os._exit(code)


def _warm(target: str) -> None:
    """Loads what the command loads, so that every fork has it."""
    import canvasapi.course
    import canvasapi.upload  # noqa: F401

    from grader import pipeline  # noqa: F401
    from grader.deliver import _canvas_client, _decide, _outbox, _plan, _sending, load  # noqa: F401
    from grader.pages.report import student_page

    load(target)
    student_page(classes.of("ada"))


def trial(target: str, students: int, kills: int, seed: int) -> dict[str, Any]:
    """The figures of one trial, in a folder that is removed."""
    os.environ["GRADER_CANVAS_TOKEN"] = canvases.TOKEN
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
    _warm(target)
    with tempfile.TemporaryDirectory() as folder:
        return Trial(target, students, kills, seed, Path(folder)).run()


if __name__ == "__main__":
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("target", choices=sorted(SERVERS))
    asked.add_argument("--students", type=int, default=8)
    asked.add_argument("--kills", type=int, default=10)
    asked.add_argument("--seed", type=int, default=1)
    given = asked.parse_args()
    print(json.dumps(trial(given.target, given.students, given.kills, given.seed)))
