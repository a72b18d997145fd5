"""The ledger of deliveries: rows that are only added, in the gradebook's own file.

A delivery goes `planned` -> `sending` -> `sent`, or `failed` (surely nothing arrived) or `unknown`. `sending`
is written right before the one step that cannot be taken back; found later without an end, it means that a
program stopped in that step. Two walls keep two programs from sending the same: a lock for the whole run,
that the system releases however a program ends, and rows that are added only behind the row their writer saw.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Self

from grader.errors import StaffError
from grader.gradebook._file import connect, explained, transaction
from grader.gradebook._rows import plain


class State(StrEnum):
    """How far a delivery is; only SENDING and UNKNOWN leave open whether it arrived."""

    PLANNED = "planned"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Entry:
    """One row. `id` is 0 until it is written."""

    target: str
    assignment: str
    student: str
    address: str
    edition: int
    digest: str
    marker: str
    state: State
    detail: str = ""
    at: str = ""
    id: int = 0


class Overtaken(Exception):
    """Somebody else wrote about the same student since this program looked."""


class Ledger:
    """The open ledger of a gradebook; close it, or use it in a `with`."""

    def __init__(self, path: Path, connection: sqlite3.Connection) -> None:
        self.path = path
        self._connection = connection

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def histories(self, target: str, assignment: str) -> Mapping[str, tuple[Entry, ...]]:
        """By student, everything written about them for one target, oldest first."""
        found: defaultdict[str, list[Entry]] = defaultdict(list)
        with explained(self.path):
            rows = self._connection.execute(
                "SELECT student, address, edition, digest, marker, state, detail, at, id FROM deliveries"
                " WHERE target = ? AND assignment = ? ORDER BY id",
                (target, assignment),
            )
            for student, address, edition, digest, marker, state, detail, at, number in rows:
                found[student].append(
                    Entry(
                        *(target, assignment, student, address, edition, digest, marker),
                        state=State(state),
                        detail=detail,
                        at=at,
                        id=number,
                    )
                )
        return {student: tuple(entries) for student, entries in found.items()}

    def add(self, entry: Entry, *, after: int, now: datetime | None = None) -> Entry:
        """Writes a row behind row `after` of the same student, which is 0 if there is none; safe on disk.

        Raises:
            Overtaken: another row came first.
        """
        at = (now or datetime.now(UTC)).isoformat(timespec="milliseconds")
        with explained(self.path), transaction(self._connection):
            (last,) = self._connection.execute(
                "SELECT coalesce(max(id), 0) FROM deliveries"
                " WHERE target = ? AND assignment = ? AND student = ?",
                (entry.target, entry.assignment, entry.student),
            ).fetchone()
            if last != after:
                raise Overtaken(entry.student)
            number = self._connection.execute(
                "INSERT INTO deliveries"
                " (target, assignment, student, address, edition, digest, marker, state, at, detail)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    *(entry.target, entry.assignment, entry.student, entry.address, entry.edition),
                    *(entry.digest, entry.marker, entry.state, at, plain(entry.detail)),
                ),
            ).lastrowid
        return replace(entry, at=at, id=number or 0)


def open_ledger(path: Path) -> Ledger:
    """The ledger in the gradebook at a path.

    Raises:
        MachineError: the gradebook cannot be opened or written.
    """
    connection = connect(path)
    with explained(path):
        # What was written before a letter left must be there after a power cut too.
        connection.execute("PRAGMA synchronous = FULL")
    return Ledger(path, connection)


@contextmanager
def alone(folder: Path, target: str) -> Iterator[None]:
    """Holds the right to send to one target from one folder; however this program ends, it is released.

    Raises:
        StaffError: another program is sending there.
    """
    # A transaction of SQLite, because it locks a file the same way on every system.
    path = folder / f".sending-{target}.lock"
    with explained(path), closing(sqlite3.connect(path, timeout=0.5, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorname", "").startswith("SQLITE_BUSY"):
                raise StaffError(
                    f"another grader is sending to {target} from {folder} just now; let it finish, then run "
                    "this again: what it has sent is not sent twice"
                ) from None
            raise
        yield
