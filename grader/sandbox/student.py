"""The last steps before student code runs: descriptors, limits, walls; then `perform`, and the end."""

from __future__ import annotations

import fcntl
import os
import resource
import signal
import sys
import traceback
from collections.abc import Callable
from typing import Any, Final, NamedTuple, NoReturn

from grader.sandbox import landlock, linux, seccomp

FINISHED: Final = 119
"""The exit code of a run that came to its end; student code that ends its process gives another one."""
FAILED: Final = 118
"""The exit code of a run whose walls could not be put up: nothing of the student was run."""
REPLY: Final = 3
_MIB: Final = 1 << 20

Perform = Callable[[bytes, int], None]


class Walls(NamedTuple):
    """What a process puts between itself and the machine before it runs student code.

    `landlock` is the version of the interface to use, 0 for none; `readable` and `writable` are its paths.
    `strictness` is None where calls to the kernel are not filtered at all.
    """

    machine: str
    landlock: int
    readable: tuple[str, ...]
    writable: tuple[str, ...]
    strictness: seccomp.Strictness | None
    folder: str


class Pipes(NamedTuple):
    """The descriptors of one run, as they came from the grader."""

    request: int
    output: int
    reply: int
    status: int
    control: int


def usual_signals() -> None:
    """Lets every signal do what it does by itself, in this process and all that it will fork."""
    for known in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(known, signal.SIG_DFL)


def become(perform: Perform, pipes: Pipes, walls: Walls, limits: dict[str, Any], processes: int) -> NoReturn:
    """Turns this process into the one that runs student code, and ends it when that is done.

    `processes` is how many there may be of this user.
    """
    code = FAILED
    try:
        request = _settle(pipes)
        os.chdir(walls.folder)
        _limit(limits, processes)
        _wall_in(walls)
        code = 1
        perform(request, REPLY)
        code = FINISHED
    except BaseException:
        traceback.print_exc()
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    finally:
        os._exit(code)


def _settle(pipes: Pipes) -> bytes:
    """The request; afterwards nothing is open but input, output and the reply."""
    os.setsid()
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
    request = read_all(pipes.request)
    # Above all numbers that are given away below, so that none is overwritten before its turn.
    output, reply = (_moved(fd) for fd in (pipes.output, pipes.reply))
    null = os.open(os.devnull, os.O_RDONLY)
    for fd, number in ((null, 0), (output, 1), (output, 2), (reply, REPLY)):
        os.dup2(fd, number)
    linux.close_from(REPLY + 1)
    os.umask(0o022)
    return request


def _moved(fd: int) -> int:
    return fcntl.fcntl(fd, fcntl.F_DUPFD, 64)


def read_all(fd: int) -> bytes:
    """The bytes of a descriptor from its beginning."""
    size = os.fstat(fd).st_size
    pieces = []
    at = 0
    while at < size and (piece := os.pread(fd, size - at, at)):
        pieces.append(piece)
        at += len(piece)
    return b"".join(pieces)


def _limit(limits: dict[str, Any], processes: int) -> None:
    cpu = int(limits["cpu_s"])
    for kind, soft, hard in (
        (resource.RLIMIT_CPU, cpu, cpu + 1),
        (resource.RLIMIT_AS, limits["address_mib"] * _MIB, None),
        (resource.RLIMIT_FSIZE, limits["file_mib"] * _MIB, None),
        (resource.RLIMIT_NOFILE, limits["open_files"], None),
        (resource.RLIMIT_NPROC, processes, None),
        (resource.RLIMIT_CORE, 0, None),
        (resource.RLIMIT_MEMLOCK, 0, None),
        (resource.RLIMIT_MSGQUEUE, 0, None),
        (resource.RLIMIT_SIGPENDING, 256, None),
        (resource.RLIMIT_STACK, 8 * _MIB, None),
        (resource.RLIMIT_NICE, 0, None),
        (resource.RLIMIT_RTPRIO, 0, None),
    ):
        hard = soft if hard is None else hard
        most = resource.getrlimit(kind)[1]
        if most != resource.RLIM_INFINITY:
            soft, hard = min(soft, most), min(hard, most)
        resource.setrlimit(kind, (soft, hard))


def _wall_in(walls: Walls) -> None:
    linux.prctl(linux.PR_SET_DUMPABLE, 1)
    if walls.landlock:
        landlock.restrict(walls.landlock, walls.readable, walls.writable)
    if walls.strictness is not None:
        own_pid = os.getpid() if walls.strictness.signals else 0
        seccomp.install(seccomp.program(walls.machine, walls.strictness, own_pid))
