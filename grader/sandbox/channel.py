"""Reads what comes out of a run: frames, output and how it ended, each within its limit."""

from __future__ import annotations

import json
import os
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from grader.sandbox.limits import Limits
from grader.sandbox.student import FAILED, FINISHED

Ended = Literal["finished", "exit", "signal", "wall", "cpu", "memory", "disk", "output", "frames", "killed"]

_CHUNK: Final = 1 << 18
_MIB: Final = 1 << 20
_LENGTH: Final = 4
_MOST_FRAMES: Final = 50_000
# How long a supervisor may take to end a run that is over its limits, before it is ended itself.
_GRACE_S: Final = 1.0
# How long what is already in the pipes may take to be read, once the run has ended.
_DRAIN_S: Final = 2.0


@dataclass(frozen=True, slots=True)
class Raw:
    """What a run gave back: the `frames` that came whole, and head and tail of what it printed.

    `ended` is "finished" if `perform` returned, "exit" if the student's process ended itself, "signal" if it
    crashed, or the limit that was met; `detail` says so in one sentence. `cpu_s` and `memory_bytes` are what
    was measured, of all its processes that were waited for.
    """

    frames: tuple[bytes, ...]
    ended: Ended
    detail: str
    output: bytes
    wall_s: float
    cpu_s: float
    memory_bytes: int


@dataclass(slots=True)
class _Output:
    """The head and the tail of a stream, however long it is."""

    keep: int
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    seen: int = 0

    def add(self, data: bytes) -> None:
        self.seen += len(data)
        room = self.keep // 2 - len(self.head)
        if room > 0:
            self.head += data[:room]
            data = data[room:]
        self.tail += data[-self.keep :]
        if len(self.tail) > 2 * self.keep:
            del self.tail[: -self.keep // 2]

    def kept(self) -> bytes:
        tail = bytes(self.tail[-(self.keep // 2) :])
        left = self.seen - len(self.head) - len(tail)
        middle = f"\n... {left} bytes left out ...\n".encode() if left > 0 else b""
        return bytes(self.head) + middle + tail


@dataclass(slots=True)
class _Frames:
    """Whole frames out of a stream of them; `wrong` says what limit they have met."""

    most_each: int
    most_all: int
    frames: list[bytes] = field(default_factory=list)
    pending: bytearray = field(default_factory=bytearray)
    seen: int = 0
    wrong: str = ""

    def add(self, data: bytes) -> None:
        if self.wrong:
            return
        self.seen += len(data)
        self.pending += data
        while len(self.pending) >= _LENGTH:
            length = int.from_bytes(self.pending[:_LENGTH], "big")
            if length > self.most_each:
                self.wrong = f"A result was larger than {self.most_each // _MIB} MiB."
                return
            if len(self.pending) < _LENGTH + length:
                break
            self.frames.append(bytes(self.pending[_LENGTH : _LENGTH + length]))
            del self.pending[: _LENGTH + length]
        # An empty frame is four bytes here and many more in a list.
        if self.seen > self.most_all or len(self.frames) > _MOST_FRAMES:
            self.wrong = f"There were more than {self.most_all // _MIB} MiB or {_MOST_FRAMES:,} results."


def collect(
    output: int, reply: int, status: int, pidfd: int, stop: Callable[[], None], limits: Limits
) -> Raw:
    """What a run that has just begun gives back; all that it has started is gone when this returns.

    `pidfd` is its supervisor's, which is asked to end the run by `stop`, and closes `status` when all others
    have ended. It is not waited for: what the kernel has to clear up after it takes a while.
    """
    begun = time.monotonic()
    printed = _Output(limits.output_kib * 1024)
    frames = _Frames(limits.frame_mib * _MIB, limits.frames_mib * _MIB)
    said = bytearray()
    takers: dict[int, Callable[[bytes], None]] = {
        output: printed.add,
        reply: frames.add,
        status: said.extend,
    }
    why: Ended | Literal[""] = ""
    stopped_at = over_at = 0.0
    with selectors.DefaultSelector() as selector:
        for fd in (*takers, pidfd):
            selector.register(fd, selectors.EVENT_READ)
        while takers.keys() & selector.get_map().keys():
            now = time.monotonic()
            if over_at:
                until = over_at + _DRAIN_S
            elif why:
                until = stopped_at + _GRACE_S
            else:
                until = begun + limits.wall_s
            if now >= until:
                if over_at:
                    break
                if why:
                    # It did not end by itself.
                    signal.pidfd_send_signal(pidfd, signal.SIGKILL)
                    stopped_at = now
                    continue
                why, stopped_at = "wall", now
                stop()
                continue
            for key, _ in selector.select(until - now):
                fd = key.fd
                if fd == pidfd:
                    over_at = time.monotonic()
                    selector.unregister(fd)
                    continue
                data = os.read(fd, _CHUNK)
                if not data:
                    selector.unregister(fd)
                    over_at = over_at or (time.monotonic() if fd == status else 0.0)
                elif fd == status and len(said) > _CHUNK:
                    continue
                else:
                    takers[fd](data)
            if not why and frames.wrong:
                why, stopped_at = "frames", time.monotonic()
                stop()
            elif not why and printed.seen > limits.flood_mib * _MIB:
                why, stopped_at = "output", time.monotonic()
                stop()
    wall_s = time.monotonic() - begun
    record = _record(bytes(said))
    ended, detail = _how(why or record.get("why", ""), record, limits, frames.wrong)
    return Raw(
        tuple(frames.frames),
        ended,
        detail,
        printed.kept(),
        wall_s,
        float(record.get("cpu_s", 0.0)),
        int(record.get("memory", 0)),
    )


def _record(said: bytes) -> dict[str, Any]:
    """The line of status; a supervisor that was killed has left none."""
    try:
        record = json.loads(said)
    except ValueError:
        return {}
    return record if isinstance(record, dict) else {}


def _how(why: str, record: dict[str, Any], limits: Limits, wrong: str) -> tuple[Ended, str]:
    if "failed" in record:
        return "killed", f"The walls could not be put up: {record['failed']}."
    match why:
        case "wall":
            return "wall", f"The time limit of {limits.wall_s:g} s was reached."
        case "frames":
            return "frames", wrong
        case "output":
            return "output", f"More than {limits.flood_mib} MiB were printed."
        case "memory":
            return "memory", f"More than {limits.memory_mib} MiB of memory were in use."
        case "disk":
            said = f"{limits.scratch_mib} MiB or {limits.scratch_files} files"
            return "disk", f"More than {said} were written."
    how = record.get("ended")
    if not isinstance(how, int):
        return "killed", "The run was ended from outside."
    if os.WIFSIGNALED(how):
        number = os.WTERMSIG(how)
        spent = record.get("cpu_s", 0.0) >= limits.cpu_s
        if number == signal.SIGXCPU or (number == signal.SIGKILL and spent):
            return "cpu", f"The limit of {limits.cpu_s} s of computing was reached."
        return "signal", f"The program crashed ({_signal_name(number)})."
    code = os.WEXITSTATUS(how)
    if code == FINISHED:
        return "finished", ""
    if code == FAILED:
        return "killed", "The walls could not be put up: nothing was run."
    return "exit", f"The program ended itself (code {code})."


def _signal_name(number: int) -> str:
    try:
        return f"signal {number}, {signal.Signals(number).name}"
    except ValueError:
        return f"signal {number}"
