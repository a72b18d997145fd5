"""Where reports go: every target is one file here, found by its name.

A target that hands reports to a server offers

    Options                            a frozen dataclass: the server, the course (see grader/options.py)
    address(person, options) -> str    where a report goes; ValueError tells what the class list lacks
    letter(parcel, options) -> Letter  all that would be sent to one student, byte by byte; a pure function
    connect(options) -> Line           an open connection that delivers letters and can tell what arrived

A target that writes files for a person to upload offers

    CALLED, NAME              what it is, in words for the help, and what the file is called
    export(order) -> Export   the files and what a person should know; a pure function

What is the same for all targets is in the files with an underscore: who gets what (`_parcels`),
what was sent before (`_ledger`), and sending so that nobody gets anything twice (`_sending`).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, NamedTuple, Protocol, Self, cast

from grader import rooms
from grader.deliver._order import Export, Order
from grader.deliver._parcels import Parcel
from grader.errors import GraderError, StaffError
from grader.roster import Person
from grader.types import File


class Letter(NamedTuple):
    """What one student would be sent. The files are what goes out and what a person can look at before."""

    student: str
    address: str
    marker: str
    subject: str
    files: tuple[File, ...]


class NotDelivered(GraderError):
    """The letter has surely not arrived; `again`: trying again may help, `wait_s` seconds from now."""

    def __init__(self, message: str, *, again: bool = False, wait_s: float = 0.0) -> None:
        super().__init__(message)
        self.again = again
        self.wait_s = wait_s


class Unclear(GraderError):
    """The letter may or may not have arrived."""


class Line(Protocol):
    """An open connection to a server, used in a `with`.

    Raises, besides the two errors above:
        StaffError: nothing can be delivered to anybody: a wrong password, a course that is not there.
    """

    def __enter__(self) -> Self: ...
    def __exit__(self, *_: object) -> None: ...

    def deliver(self, letter: Letter, about_to: Callable[[], None]) -> str:
        """Sends one letter and tells what the server calls it.

        `about_to` is called once, right before the one step that cannot be taken back: whatever stops the
        program before has delivered nothing.
        """

    def arrived(self, address: str, marker: str) -> str | None:
        """What the server calls the letter with this marker; None if it is not there.

        Raises:
            Unclear: this server cannot be asked, or does not answer.
        """


class Target(Protocol):
    """What every module that sends to a server offers."""

    Options: Any

    def address(self, person: Person, options: Any) -> str: ...
    def letter(self, parcel: Parcel, options: Any) -> Letter: ...
    def connect(self, options: Any) -> Line: ...


class Exporter(Protocol):
    """What every module that writes files to upload by hand offers; see `_order` for what it is given."""

    CALLED: str
    NAME: str

    def export(self, order: Order) -> Export: ...


@cache
def targets() -> tuple[str, ...]:
    """The names of all targets, sorted; files that start with an underscore are none."""
    return rooms.names(__path__[0])


def load(name: str) -> Any:
    """The module of one target.

    Raises:
        StaffError: no such target, with the nearest name.
    """
    return rooms.load(__name__, name, targets(), "target")


def server(name: str) -> Target:
    """The module of a target that sends to a server.

    Raises:
        StaffError: no such target, or one that only writes files.
    """
    module = load(name)
    if not hasattr(module, "connect"):
        sending = [each for each in targets() if hasattr(load(each), "connect")]
        raise StaffError(
            f"{name!r} writes files and sends nothing: use grader export; to send to: {', '.join(sending)}"
        )
    return cast(Target, module)


def exporter(name: str) -> Exporter:
    """The module of a target that writes files.

    Raises:
        StaffError: no such target, or one that only sends.
    """
    module = load(name)
    if not hasattr(module, "export"):
        raise StaffError(f"{name!r} is a server and takes no file: use grader send {name}")
    return cast(Exporter, module)
