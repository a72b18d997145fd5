"""Sends a job into a sandbox and reads what comes back; a frame that cannot be read is no result."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Protocol, cast, get_args

from grader.sandbox import codec
from grader.sandbox.codec import NoValueError, whole
from grader.sandbox.jobs import (
    Call,
    Called,
    CallStatus,
    CellRan,
    CellStatus,
    Fault,
    Job,
    Output,
    OutputKind,
    Ran,
    Value,
)
from grader.sandbox.limits import Limits

_MOST_TRIES: Final = 3
_MOST_OUTPUT: Final = 60_000
_MOST_PRINTED: Final = 8_000


class Raw(Protocol):
    """What a sandbox gives back of a run."""

    @property
    def frames(self) -> tuple[bytes, ...]: ...
    @property
    def ended(self) -> str: ...
    @property
    def detail(self) -> str: ...
    @property
    def output(self) -> bytes: ...


class Runs(Protocol):
    """What a sandbox is here: something that takes a request to the other side of its walls."""

    def run(self, request: bytes, *, limits: Limits | None = None) -> Raw: ...


def run(sandbox: Runs, job: Job, limits: Limits | None = None) -> Ran:
    """What came of a job.

    A cell that ends the whole run is left out of another one, so that what comes after it is not lost.
    """
    first = found = _read(sandbox.run(encode(job), limits=limits), job)
    skipped = job.skipped
    stopped: dict[int, CellRan] = {}
    for _ in range(_MOST_TRIES):
        at = found.open_cell
        if found.ran.ended == "finished" or at is None:
            break
        skipped = skipped | {at}
        said = Fault("Ended", found.ran.detail, at)
        stopped[at] = CellRan(at, "stopped", (), said)
        found = _read(sandbox.run(encode(replace(job, skipped=skipped)), limits=limits), job)
    cells = tuple(stopped.get(cell.number, cell) for cell in found.ran.cells)
    return found.ran._replace(
        cells=cells, printed=found.ran.printed or first.ran.printed, detail=found.ran.detail
    )


# --- the request -----------------------------------------------------------------------------------


def encode(job: Job) -> bytes:
    """A job as the bytes that `grader.sandbox.inside.perform` takes."""
    plain = {
        "cells": [list(cell) for cell in job.cells],
        "seed": job.seed,
        "variables": list(job.variables),
        "functions": list(job.functions),
        "calls": [_coded(call) for call in job.calls],
        "files": [[path, _bytes(data)] for path, data in job.files],
        "cell_s": job.cell_s,
        "call_s": job.call_s,
        "quiet": job.quiet,
        "skipped": sorted(job.skipped),
    }
    return json.dumps(plain, separators=(",", ":")).encode()


def _coded(call: Call) -> dict[str, Any]:
    return {
        "function": call.function,
        "arguments": [codec.encode(argument) for argument in call.arguments],
        "variables": [[name, codec.encode(value)] for name, value in call.variables.items()],
        "many": call.many,
    }


def _bytes(data: bytes) -> Any:
    return codec.encode(codec.Array("u1", (len(data),), data))


# --- the answer ------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Found:
    """What the frames of a run say so far; `open_cell` is the one that was begun and not ended."""

    cells: dict[int, CellRan] = field(default_factory=dict)
    values: dict[str, Value] = field(default_factory=dict)
    functions: list[str] = field(default_factory=list)
    calls: dict[int, Called] = field(default_factory=dict)
    twice: set[tuple[str, Any]] = field(default_factory=set)
    open_cell: int | None = None
    calling: bool = False
    over: bool = False


@dataclass(frozen=True, slots=True)
class _Run:
    ran: Ran
    open_cell: int | None


def _read(raw: Raw, job: Job) -> _Run:
    found = _Found()
    known = {cell.number for cell in job.cells}
    seen: set[tuple[str, Any]] = set()
    for data in raw.frames:
        try:
            frame = codec.parse(data)
            if type(frame) is dict:
                key = (str(frame.get("frame")), _key(frame))
                if key in seen:
                    found.twice.add(key)
                seen.add(key)
                _take(frame, found, known, job)
        except (NoValueError, RecursionError):
            continue
    ended = raw.ended if raw.ended != "finished" or found.over else "exit"
    detail = raw.detail or ("" if ended == "finished" else "The code ended the run by itself.")
    cells = tuple(found.cells.get(cell.number, CellRan(cell.number, "not run")) for cell in job.cells)
    calls = tuple(_called(index, found) for index in range(len(job.calls)))
    # What is said twice is not to be believed: the code has written frames of its own.
    values = {name: value for name, value in found.values.items() if ("value", name) not in found.twice}
    ran = Ran(
        tuple(cell for cell in cells if cell.number not in job.skipped or cell.status != "not run"),
        values,
        tuple(dict.fromkeys(found.functions)),
        calls,
        ended,
        detail,
        _printed(raw.output),
    )
    return _Run(ran, found.open_cell)


def _key(frame: Mapping[str, Any]) -> Any:
    key = frame.get("name") if frame.get("frame") in ("value", "function") else frame.get("number")
    return key if type(key) in (int, str) else None


def _take(frame: Mapping[str, Any], found: _Found, known: set[int], job: Job) -> None:
    """Notes what a frame says; unknown keys and kinds are passed over, there is none for points."""
    number, name, kind = frame.get("number"), frame.get("name"), frame.get("frame")
    if found.calling and kind not in ("calling", "call", "end"):
        return  # hidden arguments are there by now: nothing of what a call writes is shown
    match kind:
        case "begin" if type(number) is int and number in known:
            found.open_cell = number
        case "cell" if type(number) is int and number in known:
            found.open_cell = None
            found.cells[number] = _cell(number, frame)
        case "function" if type(name) is str and name in job.functions:
            found.functions.append(name)
        case "value" if type(name) is str and name in job.variables:
            found.values[name] = codec.decode(frame.get("value"))
        case "calling" if type(number) is int:
            found.calling = True
        case "call" if type(number) is int and 0 <= number < len(job.calls):
            found.calls[number] = _call(frame)
        case "end":
            found.over = True


def _cell(number: int, frame: Mapping[str, Any]) -> CellRan:
    status = frame.get("status")
    outputs = frame.get("outputs")
    if status not in get_args(CellStatus) or type(outputs) is not list:
        raise NoValueError("no cell")
    return CellRan(
        number, cast(CellStatus, status), tuple(map(_output, outputs[:300])), _fault(frame.get("fault"))
    )


def _output(body: Any) -> Output:
    if type(body) is not list or len(body) != 3 or body[0] not in get_args(OutputKind):
        raise NoValueError("no output")
    kind, text, coded = body
    if type(text) is not str or len(text) > _MOST_OUTPUT:
        raise NoValueError("no output")
    png = b""
    if kind == "figure":
        picture = codec.decode(coded)
        if type(picture) is not codec.Picture:
            raise NoValueError("no picture")
        png = picture.png
    return Output(kind, whole(text), png)


def _fault(body: Any) -> Fault | None:
    if body is None:
        return None
    if type(body) is not list or len(body) != 5:
        raise NoValueError("no fault")
    name, said, cell, line, code = body
    if not all(type(text) is str and len(text) <= 20_000 for text in (name, said, code)):
        raise NoValueError("no fault")
    if not all(number is None or (type(number) is int and 0 <= number < 10**6) for number in (cell, line)):
        raise NoValueError("no fault")
    return Fault(whole(name[:200]), whole(said[:2_000]), cell, line, whole(code[:500]))


def _call(frame: Mapping[str, Any]) -> Called:
    status, uses, inner = frame.get("status"), frame.get("uses", []), frame.get("inner", [])
    if status not in get_args(CallStatus) or type(uses) is not list or type(inner) is not list:
        raise NoValueError("no call")
    locals_: dict[str, Value] = {}
    for pair in inner[:30]:
        if type(pair) is list and len(pair) == 2 and type(pair[0]) is str:
            locals_[whole(pair[0][:100])] = codec.decode(pair[1])
    value = codec.decode(frame["value"]) if status == "returned" and "value" in frame else None
    named = tuple(whole(name[:100]) for name in uses[:20] if type(name) is str)
    return Called(cast(CallStatus, status), value, _fault(frame.get("fault")), named, locals_)


def _called(index: int, found: _Found) -> Called:
    if ("call", index) in found.twice:
        return Called("no result")
    return found.calls.get(index, Called("no result"))


def _printed(output: bytes) -> str:
    return whole(output.decode("utf-8", "replace"))[:_MOST_PRINTED]
