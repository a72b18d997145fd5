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
import stat
import time
from contextlib import suppress
from typing import Any, Final, NamedTuple, NoReturn

from grader.sandbox import linux, seccomp, student
from grader.sandbox.student import Perform, Pipes, Walls

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
    code = 0
    try:
        for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
            signal.signal(number, signal.SIG_DFL)
        # Nobody of the same user may read this process or trace it.
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
        if not territory.everything:
            linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
        processes = int(limits["processes"]) + (1 if territory.everything else _threads_of_user())
        pid = os.fork()
        if pid == 0:
            student.become(perform, pipes, walls, limits, processes)
        for fd in (pipes.request, pipes.output, pipes.reply):
            os.close(fd)
        if walls.strictness is not None:
            seccomp.install(seccomp.program(walls.machine, seccomp.Strictness()))
        status = _watch(pid, pipes.control, limits, territory)
        os.write(pipes.status, json.dumps(status).encode())
    except BaseException as error:
        code = 1
        os.write(pipes.status, json.dumps({"failed": repr(error)[:400]}).encode())
    finally:
        os._exit(code)


def _watch(pid: int, control: int, limits: dict[str, Any], territory: Territory) -> dict[str, Any]:
    begun = time.monotonic()
    # The grader ends a run at the limit; this is for a grader that is no more.
    last = begun + limits["wall_s"] + 5
    peak, why = 0, ""
    of_student = os.pidfd_open(pid)
    poll = select.poll()
    poll.register(of_student, select.POLLIN)
    poll.register(control, select.POLLIN)
    while True:
        ready = {fd for fd, _ in poll.poll(_LOOK_S * 1000)}
        if of_student in ready:
            break
        if control in ready or time.monotonic() > last:
            why = "told"
            break
        used = _memory(territory)
        peak = max(peak, used)
        if used > limits["memory_mib"] * _MIB:
            why = "memory"
            break
        if territory.scratch and _scratch_over(territory, limits):
            why = "disk"
            break
    ended = _end_all(pid, territory)
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        "why": why,
        "ended": ended,
        "cpu_s": spent.ru_utime + spent.ru_stime,
        "memory": max(peak, spent.ru_maxrss * 1024),
    }


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


def _memory(territory: Territory) -> int:
    """The bytes in use by all processes of the run; what several share is counted once."""
    if territory.everything:
        pids, sockets = _others(os.getpid()), _all_sockets()
    else:
        pids = _descendants()
        sockets = len({name for pid in pids for name in _sockets_of(pid)})
    return _SOCKET_BYTES * sockets + sum(map(_proportional, pids))


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
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * _PAGE
    except (OSError, IndexError):
        return 0


def _all_sockets() -> int:
    """How many Unix sockets there are in this network namespace, those on their way to somebody too."""
    try:
        with open("/proc/net/unix", "rb") as file:
            return max(0, sum(1 for _ in file) - 1)
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
