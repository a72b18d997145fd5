"""The three kinds of error, by who must act: staff, a student, or whoever keeps the machine."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class GraderError(Exception):
    """Any error with a message fit to be shown as it is."""


class StudentError(GraderError):
    """An answer or a file that cannot be read; the message tells its author what to change.

    `code` is the short stable word that stands in the marks (`unknown-name`, `too-long`, ...).
    """

    def __init__(self, message: str, *, code: str = "unreadable") -> None:
        super().__init__(message)
        self.code = code


class StaffError(GraderError):
    """Something the course staff must mend: a rubric, a reference, a path on the command line."""


class MachineError(GraderError):
    """The machine failed: a full disk, a locked database, a missing program."""


class Fault(NamedTuple):
    """One fault of a rubric: where it stands, what was found there, and what was meant."""

    file: str
    line: int
    found: str
    meant: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: found {self.found}; meant {self.meant}"


class RubricError(StaffError):
    """All faults of a rubric at once."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in self.faults))
