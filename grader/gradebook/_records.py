"""What goes into a gradebook and comes out of it, beside results: decisions, the history of a mark, notes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, NamedTuple

from grader.errors import MachineError
from grader.types import Notation, Problem, Result


class KeptFile(NamedTuple):
    """One file of an attempt: `data` are its bytes, deflated, or None where it was too large to keep."""

    path: str
    hash: str
    size: int
    data: bytes | None


class Attempt(NamedTuple):
    """One hand-in of a student: `number` is the platform's, `files_hash` is of all its paths and bytes.

    `problems` are those of taking it in: what was refused before anybody could read it.
    """

    number: int = 1
    files_hash: str = ""
    received: datetime | None = None
    group: str = ""
    files: tuple[KeptFile, ...] = ()
    problems: tuple[Problem, ...] = ()


MACHINE: Final = "machine"
NO_ATTEMPT: Final = Attempt()


@dataclass(frozen=True, slots=True)
class Recording:
    """A result to be kept, with what it was made from: the files handed in and the rubric.

    `made_from` says by part what the verdict was made from (see `grader.digests`), `recalled` by part which
    remembered decision the answer falls under.
    """

    result: Result
    submission_hash: str
    rubric_digest: str
    attempt: Attempt = NO_ATTEMPT
    made_from: Mapping[str, str] = field(default_factory=dict)
    recalled: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Known:
    """Which submission the latest marks of a student belong to."""

    assignment: str
    submission_hash: str
    rubric_digest: str


class Version(NamedTuple):
    """How far a gradebook has grown: its newest rows. Rows are only added, so equal versions, equal books."""

    marks: int
    submissions: int
    flags: int


class Undone(NamedTuple):
    """What became of several undos: the ids of the marks that were taken back, the marks that others gave
    since and that stand, and in words why the rest has nothing to take back."""

    taken: tuple[int, ...]
    since: tuple[MarkRow, ...]
    refused: tuple[str, ...]


class MarkRow(NamedTuple):
    """One mark ever given; `submission` is the row of the grading it belongs to, `marked_at` ISO 8601, UTC.

    `who` gave it: "machine", or a person. `detail` may say, beside what the review page keeps there:
    `undoes` and `restores` (ids of the mark taken back and of the one that stands again, `by` and `because`
    are that one's who and why), `carried` (a person's mark of an earlier grading that still stands), `asks`
    (a person's mark whose evidence has changed, `had` are its points), `remembered` (the decision on equal
    answers it comes from), `shared` (the mark of another member of the group it was given with).
    """

    id: int
    submission: int
    student: str
    assignment: str
    part: str
    points: Decimal | None
    max_points: Decimal
    who: str
    why: str
    marked_at: str
    detail: Mapping[str, Any]

    @property
    def given_by(self) -> str:
        """Whose judgement it is: after an undo, that of the mark that stands again."""
        return str(self.detail.get("by", self.who))


@dataclass(frozen=True, slots=True)
class Decision:
    """A person's mark for one student's part; `expects` is the id of the mark that was on the screen.

    `points` None puts the part back on the pile. `detail` is kept as JSON; ids of reusable comments under
    `comments` count as uses of them.
    """

    assignment: str
    student: str
    part: str
    points: Decimal | None
    who: str
    why: str
    expects: int
    detail: Mapping[str, Any] = field(default_factory=dict)


class Conflict(MachineError):
    """Somebody marked in between: nothing was written. `standing` are the marks that stand now."""

    def __init__(self, standing: tuple[MarkRow, ...], message: str) -> None:
        super().__init__(message)
        self.standing = standing


@dataclass(frozen=True, slots=True)
class RememberedDecision:
    """A decision on equal answers that is kept for later submissions; `answer_text` is one of them."""

    assignment: str
    part: str
    answer_text: str
    notation: Notation
    credit: Fraction
    comment: str
    who: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    id: int | None = None
    remembered_at: str = ""


class Comment(NamedTuple):
    """A sentence that is used again and again; `part` is empty if it fits every part, `uses` counts marks."""

    id: int
    assignment: str
    part: str
    text: str
    who: str
    uses: int


class Flag(NamedTuple):
    """A part of a student that somebody wants to be looked at again."""

    student: str
    assignment: str
    part: str
    who: str
    why: str
    flagged_at: str
