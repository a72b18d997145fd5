"""A sandbox without walls for the tests of what runs inside one: a forked process with a few limits."""

from __future__ import annotations

import faulthandler
import importlib
import os
import resource
import selectors
import shutil
import signal
import struct
import tempfile
import warnings
from dataclasses import dataclass
from time import monotonic

from grader.sandbox import inside, run
from grader.sandbox.jobs import Cell, Job, Ran
from grader.sandbox.limits import Limits


@dataclass(frozen=True, slots=True)
class Raw:
    frames: tuple[bytes, ...]
    ended: str
    detail: str
    output: bytes


@dataclass(frozen=True, slots=True)
class Bare:
    """Runs only the tests' own code."""

    wall_s: float = 20.0

    def run(self, request: bytes, *, limits: Limits | None = None) -> Raw:
        folder = tempfile.mkdtemp()
        frames, frames_in = os.pipe()
        output, output_in = os.pipe()
        child = os.fork()
        if child == 0:
            _become(folder, request, frames_in, output_in)
        os.close(frames_in)
        os.close(output_in)
        data, in_time = _drain((frames, output), monotonic() + self.wall_s)
        if not in_time:
            os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        shutil.rmtree(folder)
        ended = "wall" if not in_time else "signal" if os.WIFSIGNALED(status) else "finished"
        detail = "" if ended == "finished" else f"The run was ended ({ended})."
        return Raw(tuple(_whole(data[0])), ended, detail, bytes(data[1]))


def _become(folder: str, request: bytes, reply: int, output: int) -> None:
    try:
        reply = os.dup2(reply, 90)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(output, 1)
        os.dup2(output, 2)
        os.closerange(3, reply)
        os.closerange(reply + 1, 4096)
        os.chdir(folder)
        faulthandler.disable()
        importlib.reload(warnings)  # pytest keeps what is warned for itself
        resource.setrlimit(resource.RLIMIT_CPU, (20, 21))
        resource.setrlimit(resource.RLIMIT_AS, (4 * 2**30, 4 * 2**30))
        inside.perform(request, reply)
    finally:
        os._exit(0)


def _drain(pipes: tuple[int, int], deadline: float) -> tuple[tuple[bytearray, bytearray], bool]:
    read = (bytearray(), bytearray())
    with selectors.DefaultSelector() as selector:
        for pipe, into in zip(pipes, read, strict=True):
            selector.register(pipe, selectors.EVENT_READ, into)
        while selector.get_map() and (left := deadline - monotonic()) > 0:
            for key, _ in selector.select(left):
                piece = os.read(key.fd, 1 << 20)
                key.data.extend(piece)
                if not piece:
                    selector.unregister(key.fd)
        in_time = not selector.get_map()
    for pipe in pipes:
        os.close(pipe)
    return read, in_time


def _whole(data: bytearray) -> list[bytes]:
    frames, at = [], 0
    while at + 4 <= len(data):
        (size,) = struct.unpack(">I", data[at : at + 4])
        if at + 4 + size > len(data):
            break
        frames.append(bytes(data[at + 4 : at + 4 + size]))
        at += 4 + size
    return frames


def ran(*cells: str, **options: object) -> Ran:
    """What comes of some cells, numbered from 1."""
    job = Job(tuple(Cell(number, source) for number, source in enumerate(cells, 1)), **options)  # type: ignore[arg-type]
    return run.run(Bare(), job)
