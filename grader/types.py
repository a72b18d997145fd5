"""The data that flows through the grader: one record that never changes for each station on the line.

Most are named tuples: a frozen dataclass takes four times as long to make, and `grader` must start quickly.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from typing import Any, Literal, NamedTuple

Notation = Literal["latex", "python", "plain"]

Visibility = Literal["public", "after due", "after published", "hidden"]
"""Who may see how a part went: everyone, students from the due date or the publication on, or staff alone."""

Reads = Literal["value", "prose", "equation"]
"""What a check reads: the value of a quantity, a whole text, or an equation with its left side."""


class Outcome(StrEnum):
    """What a check found; only the first three earn or lose points without a person."""

    CORRECT = "correct"
    PARTIAL = "partial"
    INCORRECT = "incorrect"
    MISSING = "missing"
    UNREADABLE = "unreadable"
    UNDECIDED = "undecided"


class Place(NamedTuple):
    """Where something stands in a submission; cells and lines count from 1.

    >>> str(Place("hw2.ipynb", cell=3, line=2))
    'hw2.ipynb, cell 3, line 2'
    """

    file: str
    cell: int | None = None
    line: int | None = None

    def __str__(self) -> str:
        cell = "" if self.cell is None else f", cell {self.cell}"
        line = "" if self.line is None else f", line {self.line}"
        return f"{self.file}{cell}{line}"


class Problem(NamedTuple):
    """Something that could not be read: where, and what it was in words its owner can act on."""

    place: Place
    message: str


@dataclass(frozen=True, slots=True)
class File:
    """One file of a submission as it was when it was read; `path` is relative, with forward slashes."""

    path: str
    data: bytes = field(repr=False)


class Submission(NamedTuple):
    """What one student handed in. `student` is the key in the gradebook, `name` what people call them.

    `received` is when the platform says it was handed in, with its zone if the platform tells it; `attempt`
    counts from 1. Members of a group have a submission each, of the same files; `group` is its name.
    """

    student: str
    name: str
    files: tuple[File, ...]
    late: bool = False
    problems: tuple[Problem, ...] = ()
    received: datetime | None = None
    attempt: int = 1
    group: str = ""


BlockKind = Literal["heading", "prose", "formula", "code", "output", "entry"]


@dataclass(frozen=True, slots=True)
class Block:
    """One readable piece of a document.

    `entry` is a named value: a key of an answer file or a literal assignment in a code cell; its `name` is
    the dotted path of keys (`3.1.output`) or the variable. `formula` is the body of a display formula,
    without its delimiters. `level` counts headings from 1.
    """

    kind: BlockKind
    text: str
    place: Place
    name: str = ""
    level: int = 0
    notation: Notation = "plain"


class Document(NamedTuple):
    """A file turned into blocks; `assignment` is the one the file itself names, if it names one."""

    blocks: tuple[Block, ...]
    problems: tuple[Problem, ...] = ()
    assignment: str | None = None


class Answer(NamedTuple):
    """What a student gave for one part: the text as it stands, and where.

    `passage` is the section around it, for a person to read; it is the whole answer of a proof. `chain` are
    all links of the chain of equalities that ends in the text, in their order. With a `doubt` about how it
    is meant it can be right, but is never marked wrong without a person. `value` is what came of running it,
    where it is code (see `grader.sandbox.jobs`): of a function its `Called`s.
    """

    part: str
    text: str
    place: Place
    notation: Notation = "plain"
    passage: str = ""
    chain: tuple[str, ...] = ()
    doubt: str = ""
    value: object = None


class Counterexample(NamedTuple):
    """A point where answer and reference differ: `values` are (name, value), all in plain notation."""

    values: tuple[tuple[str, str], ...]
    got: str
    expected: str


class EntryMap(NamedTuple):
    """Which entries of an array agree: `got[row][column]` as text, `right` of the same shape."""

    got: tuple[tuple[str, ...], ...]
    right: tuple[tuple[bool, ...], ...]


class Note(NamedTuple):
    """One sentence of evidence: a convention that was used, how the verdict was reached, a remark.

    An `advice` is for the staff alone.
    """

    kind: Literal["convention", "proof", "remark", "hint", "advice"]
    text: str


class Checklist(NamedTuple):
    """What a person should look for, with the credit the machine would suggest, if it has an opinion."""

    items: tuple[str, ...]
    suggested: Fraction | None = None


Evidence = Counterexample | EntryMap | Note | Checklist


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says of one answer.

    `credit` is a fraction of the part from 0 to 1, and None when a person must decide. `code` is a short
    stable word for statistics (`correct`, `mistake-2`, `shape`, `unknown-name`). `read` is the answer as it
    was understood, in plain notation, and `mathml` the same as Presentation MathML.
    """

    outcome: Outcome
    credit: Fraction | None
    code: str
    message: str
    read: str = ""
    mathml: str = ""
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Mark:
    """The points of one part: exact decimals, None while a person is waited for.

    A student's report never shows the verdict on a part that is `hidden`, only its points.
    `id` is the row of the gradebook it was read from, `detail` what that row keeps beside the points (the
    ticked items, the group of equal answers, ...).
    """

    part: str
    title: str
    points: Decimal | None
    max_points: Decimal
    verdict: Verdict
    answer: Answer | None
    who: str = "machine"
    why: str = ""
    visible: Visibility = "public"
    detail: Mapping[str, Any] = field(default_factory=dict, hash=False)
    id: int | None = field(default=None, compare=False)


class Step(NamedTuple):
    """One step from the marks to the total: the points after it (None where it changes none), in words."""

    kind: Literal["attempt", "parts", "dropped", "bonus", "late", "cap", "rounding"]
    points: Decimal | None
    said: str


class Settled(NamedTuple):
    """A student's total by the rules of the rubric (see `terms`), and the steps that lead to it.

    `earned` is what stands now, `possible` what it becomes if every part that waits gets full marks, `most`
    what the sheet gives without bonus, `waiting` the points of the parts that wait. `late_min` is None where
    nobody knows.
    """

    earned: Decimal
    possible: Decimal
    most: Decimal
    waiting: Decimal
    steps: tuple[Step, ...]
    late_min: int | None = None


class Change(NamedTuple):
    """A mark that is another than in the student's last report; None points wait for a person."""

    part: str
    before: Decimal | None
    after: Decimal | None
    said: str


class Picture(NamedTuple):
    """A picture the student handed in: `part` it belongs to, or empty; `data` are of our own making.

    Without data it is not shown, and `said` tells why.
    """

    name: str
    media_type: Literal["image/png", "image/jpeg"]
    data: bytes
    part: str = ""
    said: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """Everything one student's report says: the marks in rubric order, and what could not be read.

    `settled` is the total where the rubric has rules for it; without, the points are simply added up.
    `executed` holds the notebooks as they were run (see `grader.executed`), `isolation` what the walls around
    them did not stop, empty where nothing was run or all of it is stopped. `changes` are since the last
    report, `opens` says when parts that are not shown yet are shown.
    """

    student: str
    name: str
    assignment: str
    title: str
    marks: tuple[Mark, ...]
    problems: tuple[Problem, ...] = ()
    late: bool = False
    headings: Mapping[str, str] = field(default_factory=dict)
    settled: Settled | None = None
    isolation: str = ""
    executed: bytes = field(default=b"", repr=False)
    pictures: tuple[Picture, ...] = field(default=(), repr=False)
    changes: tuple[Change, ...] = ()
    opens: Mapping[Visibility, datetime] = field(default_factory=dict)
