"""What is asked of student code and what came of it: plain records that never change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, TypeAlias

Value: TypeAlias = Any
"""What `grader.sandbox.codec` carries: numbers, texts, lists, arrays, pictures; never a student's object."""

CELL_S: Final = 8.0
CALL_S: Final = 2.0


class Cell(NamedTuple):
    """Code to run; `number` is its place in the notebook, from 1."""

    number: int
    source: str


class Data(NamedTuple):
    """A file beside the code; `path` is relative, with forward slashes."""

    path: str
    data: bytes


class Call(NamedTuple):
    """A function to call with hidden arguments.

    `variables` are set in the notebook before, where it has such variables at all. With `many`, `arguments`
    are those of many calls, made one after the other, and what comes back is the list of their values.
    """

    function: str
    arguments: tuple[Value, ...]
    variables: Mapping[str, Value] = {}
    many: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """Cells to run in one namespace, then what to bring out of it.

    `variables` come out as values, `functions` are looked for, `calls` are made, each in its own
    process. A `quiet` job keeps no outputs and no figures. The cells numbered in `skipped` are not run.
    """

    cells: tuple[Cell, ...]
    seed: int = 0
    variables: tuple[str, ...] = ()
    functions: tuple[str, ...] = ()
    calls: tuple[Call, ...] = field(default=(), repr=False)
    files: tuple[Data, ...] = field(default=(), repr=False)
    cell_s: float = CELL_S
    call_s: float = CALL_S
    quiet: bool = False
    skipped: frozenset[int] = frozenset()


class Fault(NamedTuple):
    """An exception: its type, its message, and the line of the student's own code it comes from."""

    type: str
    message: str = ""
    cell: int | None = None
    line: int | None = None
    code: str = ""


OutputKind = Literal["stdout", "stderr", "result", "figure", "note"]


class Output(NamedTuple):
    """One piece of what a cell showed: text, or a figure as PNG; a `note` is the grader's own."""

    kind: OutputKind
    text: str = ""
    png: bytes = b""


CellStatus = Literal["ran", "failed", "stopped", "not run"]


class CellRan(NamedTuple):
    """What came of a cell; one that was `stopped` ended the run, or took too long."""

    number: int
    status: CellStatus
    outputs: tuple[Output, ...] = ()
    fault: Fault | None = None


CallStatus = Literal["returned", "raised", "time", "late", "ended", "not tried", "absent", "no result"]


class Called(NamedTuple):
    """What came of a call: `time` is over its time of computing, `late` only by the clock.

    After a few of those the others are `not tried`.

    `uses` are those of the call's variables that the function names in its code;
    `inner` are the variables of a function that returned nothing, as they were at its end.
    """

    status: CallStatus
    value: Value = None
    fault: Fault | None = None
    uses: tuple[str, ...] = ()
    inner: Mapping[str, Value] = {}


class NotRun(NamedTuple):
    """Why code was not run, or why nothing came of it, in one sentence."""

    reason: str


class Ran(NamedTuple):
    """Everything that came of a job. `ended` is `finished`, or why the run did not come to its end.

    `values` holds the variables that were there, `functions` those names that can be called; `printed` is
    what was written past the cells, such as by other programs.
    """

    cells: tuple[CellRan, ...] = ()
    values: Mapping[str, Value] = {}
    functions: tuple[str, ...] = ()
    calls: tuple[Called, ...] = ()
    ended: str = "finished"
    detail: str = ""
    printed: str = ""
