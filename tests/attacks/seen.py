"""What is seen of an attack from outside: what came back, and what it did to its targets."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from grader.sandbox.channel import Raw


@dataclass
class Targets:
    """Live things to attack: a course folder, a process with a secret, listeners; all made for this."""

    token: str
    mark: str
    told: dict[str, Any]
    course: Path
    canary: int
    signals: list[int] = field(default_factory=list)
    heard: list[bytes] = field(default_factory=list)

    def marked(self) -> list[int]:
        """The processes that an attack has left behind with its mark as their name."""
        found = []
        for name in os.listdir("/proc"):
            if name.isdecimal():
                try:
                    with open(f"/proc/{name}/comm") as file:
                        if file.read().strip() == self.mark:
                            found.append(int(name))
                except OSError:
                    continue
        return found


class Seen(NamedTuple):
    """One attack as it was seen: `raws` of its runs in their order; without walls, `bare` is true."""

    raws: tuple[Raw, ...]
    targets: Targets
    bare: bool

    @property
    def last(self) -> Raw:
        """The last run."""
        return self.raws[-1]

    @property
    def said(self) -> bytes:
        """All that was sent by the last run."""
        return b"\n".join(self.last.frames)


Won = Callable[[Seen], bool]


def says(word: str) -> Won:
    """The attack itself says that it came through."""
    return lambda seen: word.encode() in seen.said


def tells_secret(seen: Seen) -> bool:
    """The secret came out."""
    return any(seen.targets.token.encode() in frame for raw in seen.raws for frame in raw.frames)


def counts(least: int) -> Won:
    """The attack got at least so much of what it counts."""

    def won(seen: Seen) -> bool:
        return bool(seen.last.frames) and int(seen.last.frames[-1]) >= least

    return won


def goes_on(seen: Seen) -> bool:
    """It would run for ever: only somebody's patience has ended it."""
    return seen.bare and seen.last.ended == "wall"


def changed(name: str) -> Won:
    """A file of the course is not as it was."""

    def won(seen: Seen) -> bool:
        path = seen.targets.course / name
        kept = seen.targets.told["kept"][name]
        if not path.exists():
            return True
        found = path.stat()
        return bool([path.read_text(), found.st_mode, found.st_mtime_ns] != kept)

    return won


def lives_on(seen: Seen) -> bool:
    """A process of the run is still there after it."""
    return bool(seen.targets.marked())


def signalled(seen: Seen) -> bool:
    """The process that grades got a signal."""
    return bool(seen.targets.signals)


def heard(seen: Seen) -> bool:
    """A listener of the process that grades was spoken to."""
    return bool(seen.targets.heard)


def crashes(seen: Seen) -> bool:
    """It ends the process that runs it, which without a sandbox is the grader's."""
    return seen.bare and seen.last.ended in ("signal", "exit")


def kept(targets: Targets, names: list[str]) -> dict[str, Any]:
    """How some files are now, to be compared later."""
    known = {}
    for name in names:
        path = targets.course / name
        found = path.stat()
        known[name] = [path.read_text(), found.st_mode, found.st_mtime_ns]
    return json.loads(json.dumps(known))  # type: ignore[no-any-return]
