"""The trusted process above a run: it watches time and memory, ends what is left, and says how it went.

With namespaces it is process 1 of the run, and its end is the end of all; without, it gathers what loses
its parent and kills until nothing is left. The student's process cannot signal, read or slow it.
"""

from __future__ import annotations

import json
import os
import resource
import select
import signal
import socket
import stat
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any, Final, NamedTuple, NoReturn

from grader.sandbox import linux, rooms, seccomp, student
from grader.sandbox.student import Perform, Pipes, Walls

_MESSAGE: Final = 1 << 10
_LOOK_S: Final = 0.05
_MIB: Final = 1 << 20
_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
# What a Unix socket may hold in the kernel, where no limit of a process counts it: two full buffers.
_SOCKET_BYTES: Final = 2 * 212_992


class Territory(NamedTuple):
    """What a supervisor is in charge of: `everything` is all processes but its own, else its descendants.

    `scratch` is a folder whose size it must watch itself, because nothing else bounds it.
    """

    everything: bool
    scratch: str = ""


def supervise(
    perform: Perform,
    pipes: Pipes,
    walls: Walls,
    limits: dict[str, Any],
    territory: Territory,
) -> NoReturn:
    """Starts the student's process, waits for its end or ends it, writes one line of status, and ends."""

    def watched() -> dict[str, Any]:
        _hide()
        if not territory.everything:
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        processes = int(limits["processes"]) + (1 if territory.everything else _threads_of_user())
        pid = os.fork()
        if pid == 0:
            student.become(perform, pipes, walls, limits, processes)
        for fd in (pipes.request, pipes.output, pipes.reply):
            os.close(fd)
        if walls.strictness is not None:
            seccomp.install(seccomp.program(walls.machine))
        why, peak = _watch(os.pidfd_open(pid), pipes.control, limits, territory)
        ended = _end_all(pid, territory)
        return _status(why, ended, peak, resource.getrusage(resource.RUSAGE_CHILDREN))

    _end_with(watched, pipes.status)


def guard(hand: socket.socket, status: int, control: int, limits: dict[str, Any]) -> NoReturn:
    """Process 1 of a room: lets the student's process in, and does as `supervise` does.

    That process is the child of another one, which says over `hand` how it has ended.
    """

    def watched() -> dict[str, Any]:
        _hide()
        seccomp.install(seccomp.program(linux.machine()))
        rooms.let_in(hand)
        why, peak = _watch(hand.fileno(), control, limits, Territory(True))
        with suppress(ProcessLookupError):
            os.kill(-1, signal.SIGKILL)
        said = hand.recv(_MESSAGE)
        _end_everything()
        told: dict[str, Any] = json.loads(said) if said else {"ended": None, "cpu_s": 0.0, "memory": 0}
        others = resource.getrusage(resource.RUSAGE_CHILDREN)
        found = _status(why, told["ended"], max(peak, told["memory"]), others)
        return {**found, "cpu_s": found["cpu_s"] + told["cpu_s"]}

    _end_with(watched, status)


def _hide() -> None:
    """Nobody of the same user may read this process or trace it; and no signal is to be handled."""
    for number in (signal.SIGINT, signal.SIGPIPE):
        signal.signal(number, signal.SIG_DFL)
    linux.prctl(linux.PR_SET_DUMPABLE, 0)


def _end_with(watched: Callable[[], dict[str, Any]], pipe: int) -> NoReturn:
    """Writes one line of status, closes it, and ends."""
    code = 0
    try:
        os.write(pipe, json.dumps(watched()).encode())
        os.close(pipe)
    except BaseException as error:
        code = 1
        os.write(pipe, json.dumps({"failed": repr(error)[:400]}).encode())
    finally:
        os._exit(code)


def _status(why: str, ended: int | None, memory: int, spent: resource.struct_rusage) -> dict[str, Any]:
    return {
        "why": why,
        "ended": ended,
        "cpu_s": spent.ru_utime + spent.ru_stime,
        "memory": max(memory, spent.ru_maxrss * 1024),
    }


def _watch(of_student: int, control: int, limits: dict[str, Any], territory: Territory) -> tuple[str, int]:
    """Why the run has to be ended, empty if it has ended; and the most memory that was seen in use.

    `of_student` is a descriptor that can be read when the student's process has ended.
    """
    begun = time.monotonic()
    # The grader ends a run at the limit; this is for a grader that is no more.
    last = begun + limits["wall_s"] + 5
    peak, most = 0, limits["memory_mib"] * _MIB
    poll = select.poll()
    poll.register(of_student, select.POLLIN)
    poll.register(control, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poll.poll(_LOOK_S * 1000)}
        if of_student in ready:
            return "", peak
        if control in ready or time.monotonic() > last:
            return "told", peak
        used = _memory(territory, most)
        peak = max(peak, used)
        if used > most:
            return "memory", peak
        if territory.scratch and _scratch_over(territory, limits):
            return "disk", peak


def _end_everything() -> None:
    """Kills and waits until this process is alone in its namespace."""
    while True:
        try:
            os.kill(-1, signal.SIGKILL)
        except ProcessLookupError:
            return
        try:
            os.waitpid(-1, 0)
        except ChildProcessError:
            # What is left is another's child, which will wait for it.
            time.sleep(0.001)


def _end_all(pid: int, territory: Territory) -> int | None:
    """Kills everything that is left, and returns how the student's process ended, as waitpid says it."""
    ended = None
    while True:
        if territory.everything:
            with suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        else:
            for other in _descendants():
                with suppress(ProcessLookupError, PermissionError):
                    os.kill(other, signal.SIGKILL)
        try:
            gone, how = os.waitpid(-1, 0 if territory.everything else os.WNOHANG)
        except ChildProcessError:
            return ended
        if gone == pid:
            ended = how
        elif gone == 0:
            time.sleep(0.001)


def _memory(territory: Territory, most: int) -> int:
    """The bytes in use by all processes of the run; `most` is how many there may be.

    What several share is counted for each of them while that is far from `most`, for it is quickly known.
    """
    if territory.everything:
        pids, sockets = _others(os.getpid()), _all_sockets()
    else:
        pids = _descendants()
        sockets = len({name for pid in pids for name in _sockets_of(pid)})
    bytes_of_sockets = _SOCKET_BYTES * sockets
    used = bytes_of_sockets + sum(map(_resident, pids))
    if used <= most // 2:
        return used
    # Slow: the kernel goes through every page.
    return bytes_of_sockets + sum(map(_proportional, pids))


def _others(own: int) -> list[int]:
    return [int(name) for name in os.listdir("/proc") if name.isdecimal() and int(name) != own]


def _proportional(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            for line in file:
                if line.startswith(b"Pss:"):
                    return int(line.split()[1]) * 1024
    except (ProcessLookupError, FileNotFoundError):
        return 0
    except OSError:
        # It hides what it has: then all of it counts, also what it shares.
        pass
    return _resident(pid)


def _resident(pid: int) -> int:
    try:
        return int(_contents(f"/proc/{pid}/statm").split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _contents(path: str) -> bytes:
    """A small file, read without more ado: this is done many times a second."""
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        pieces = []
        while piece := os.read(fd, 1 << 16):
            pieces.append(piece)
        return b"".join(pieces)
    finally:
        os.close(fd)


def _all_sockets() -> int:
    """How many Unix sockets there are in this network namespace, those on their way to somebody too."""
    try:
        return max(0, _contents("/proc/net/unix").count(b"\n") - 1)
    except OSError:
        return 0


def _sockets_of(pid: int) -> list[str]:
    folder = f"/proc/{pid}/fd"
    try:
        names = [os.readlink(f"{folder}/{fd}") for fd in os.listdir(folder)]
    except OSError:
        return []
    return [name for name in names if name.startswith("socket:")]


def _descendants() -> list[int]:
    """Every process below this one."""
    found: list[int] = []
    todo = [os.getpid()]
    while todo:
        pid = todo.pop()
        try:
            threads = os.listdir(f"/proc/{pid}/task")
        except OSError:
            continue
        for thread in threads:
            try:
                with open(f"/proc/{pid}/task/{thread}/children", "rb") as file:
                    children = [int(one) for one in file.read().split()]
            except OSError:
                continue
            found += children
            todo += children
    return found


def _threads_of_user() -> int:
    """How many processes and threads this user has already: without namespaces all of them count."""
    user, total = os.getuid(), 0
    for name in os.listdir("/proc"):
        if not name.isdecimal():
            continue
        try:
            if os.stat(f"/proc/{name}").st_uid == user or name == str(os.getpid()):
                total += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue
    return total


def _scratch_over(territory: Territory, limits: dict[str, Any]) -> bool:
    """Whether the folder of a run holds more bytes or files than it may."""
    if territory.everything:
        # A file system of the run's own: it knows.
        known = os.statvfs(territory.scratch)
        return known.f_files - known.f_ffree > int(limits["scratch_files"])
    size = count = 0
    for held in _deleted(_descendants()):
        count += 1
        size += held
    todo = [territory.scratch]
    while todo:
        try:
            with os.scandir(todo.pop()) as entries:
                for entry in entries:
                    count += 1
                    if entry.is_dir(follow_symlinks=False):
                        todo.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if count > limits["scratch_files"]:
                        return True
        except OSError:
            continue
    return count > limits["scratch_files"] or size > int(limits["scratch_mib"]) * _MIB


def _deleted(pids: list[int]) -> list[int]:
    """The bytes on the disk of each file without a name that a process has open."""
    sizes = {}
    for pid in pids:
        folder = f"/proc/{pid}/fd"
        with suppress(OSError):
            for fd in os.listdir(folder):
                with suppress(OSError):
                    found = os.stat(f"{folder}/{fd}")
                    if stat.S_ISREG(found.st_mode) and not found.st_nlink:
                        sizes[found.st_dev, found.st_ino] = found.st_blocks * 512
    return list(sizes.values())
