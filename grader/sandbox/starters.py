"""Two ways to begin a run: ask the warm parent for a fork, or start a fresh interpreter under bubblewrap."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any, Final, Protocol

from grader.errors import MachineError, StaffError
from grader.sandbox import bubblewrap, remedies
from grader.sandbox.descriptors import Descriptors
from grader.sandbox.limits import Limits
from grader.sandbox.places import Places
from grader.sandbox.student import Pipes

USER: Final = 1000
"""The number of the user that student code sees itself run as, inside namespaces."""
# All that student code is told of the machine. One thread each: more take memory, and change sums.
ENVIRONMENT: Final = {
    "PATH": "/usr/bin:/bin",
    "HOME": "/tmp/work",
    "TMPDIR": "/tmp",
    "LANG": "C.UTF-8",
    "LC_ALL": "C.UTF-8",
    "TZ": "UTC",
    "USER": "student",
    "LOGNAME": "student",
    "PYTHONHASHSEED": "0",
    "PYTHONIOENCODING": "utf-8",
    "MPLBACKEND": "Agg",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
}
_FILES: Final = {
    "/etc/passwd": f"student:x:{USER}:{USER}:student:/tmp/work:/bin/sh\n",
    "/etc/group": f"student:x:{USER}:\n",
    "/etc/hosts": "127.0.0.1 localhost\n",
    "/etc/nsswitch.conf": "passwd: files\ngroup: files\nhosts: files\n",
}
_MESSAGE: Final = 1 << 16
_START_S: Final = 60.0
_END_S: Final = 0.5
# With `-s -S -P -B` and not `-I`, which would ignore the seed of hashes and so change the order of sets.
_PYTHON: Final = ("-s", "-S", "-P", "-B", "-c")
_BOOT: Final = """
import sys
sys.path[:0] = [sys.argv[2]]
from grader.sandbox import {module}
{module}.main(int(sys.argv[1]))
"""
_ROOT: Final = str(Path(__file__).parents[2])


class Starter(Protocol):
    """Something that begins runs, and is closed when there are no more."""

    def begin(self, wanted: dict[str, Any], limits: Limits, pipes: Pipes, held: Descriptors) -> int:
        """The descriptor of the process of a run whose end is the end of the run."""

    def end(self, pidfd: int) -> None:
        """Lets go of a run that is over."""

    def gone(self) -> bool:
        """Whether what begins the runs has died."""

    def close(self) -> None:
        """Ends whatever still runs."""


class Parent:
    """The warm parent, in a process of its own; may be asked from several threads.

    Raises:
        StaffError: this isolation is not to be had here.
    """

    def __init__(
        self,
        isolation: str,
        places: Places,
        closed: list[str],
        performs: dict[str, str],
        warm: tuple[str, ...],
        user: int,
        warm_folder: str,
    ) -> None:
        self._asking = threading.Lock()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._connection = ours
        order = {
            "isolation": isolation,
            "places": places._asdict(),
            "closed": closed,
            "performs": performs,
            "warm": warm,
            "warm_folder": warm_folder,
            "user": USER,
            "users": [user, 65_534],
            "files": _FILES,
        }
        command = [sys.executable, *_PYTHON, _BOOT.format(module="zygote"), str(theirs.fileno()), _ROOT]
        with theirs:
            self.process = subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        told = self._start(order)
        if not told.get("ready"):
            self.close()
            raise StaffError(remedies.refusal(isolation, told))

    def begin(self, wanted: dict[str, Any], limits: Limits, pipes: Pipes, held: Descriptors) -> int:
        """The descriptor of the supervisor of a run that has begun.

        Raises:
            MachineError: the parent is gone, or could not fork.
        """
        with self._asking:
            try:
                socket.send_fds(self._connection, [json.dumps(wanted).encode()], pipes)
                said, fds, _, _ = socket.recv_fds(self._connection, _MESSAGE, 1)
            except OSError as error:
                raise MachineError(f"the parent of the runs of student code is gone: {error}") from error
        if not fds:
            told = json.loads(said)["said"] if said else "its parent has ended"
            raise MachineError(f"student code could not be started: {told}")
        return held.keep(fds[0])

    def end(self, pidfd: int) -> None:
        """Nothing: the parent waits for its children."""

    def gone(self) -> bool:
        """Whether the parent has died."""
        # It, or the process above it, which ends a moment later.
        try:
            self.process.wait(_END_S)
        except subprocess.TimeoutExpired:
            return False
        return True

    def close(self) -> None:
        """Ends the parent, and with it all that still runs."""
        self._connection.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _start(self, order: dict[str, Any]) -> dict[str, Any]:
        self._connection.settimeout(_START_S)
        try:
            self._connection.send(json.dumps(order).encode())
            said = self._connection.recv(_MESSAGE)
        except OSError as error:
            return {"failed": "start", "said": str(error)}
        told: dict[str, Any] = json.loads(said) if said else {}
        return told


class Bubblewrap:
    """A fresh interpreter for each run, in rooms that bubblewrap builds.

    Raises:
        StaffError: there is no bubblewrap.
    """

    def __init__(self, places: Places, performs: dict[str, str], user: int) -> None:
        if shutil.which(bubblewrap.PROGRAM) is None:
            raise StaffError(
                remedies.refusal("bubblewrap", {"failed": "bwrap", "said": "it is not installed"})
            )
        self._places = places
        self._performs = performs
        self._user = user
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def begin(self, wanted: dict[str, Any], limits: Limits, pipes: Pipes, held: Descriptors) -> int:
        """The descriptor of bubblewrap, whose end ends the run.

        Raises:
            MachineError: it could not be started.
        """
        order = {
            "places": self._places._asdict(),
            "performs": self._performs,
            "user": self._user,
            "wanted": wanted,
            "pipes": pipes._asdict(),
        }
        files = {name: held.memory(text.encode()) for name, text in _FILES.items()}
        asked = held.memory(json.dumps(order).encode())
        prefix = bubblewrap.command(
            self._places, limits, ENVIRONMENT, files=files, root=os.getuid() == 0, user=USER
        )
        command = [*prefix, sys.executable, *_PYTHON, _BOOT.format(module="fresh"), str(asked), _ROOT]
        try:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                env=ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[*pipes, asked, *files.values()],
            )
        except OSError as error:
            raise MachineError(f"bubblewrap could not be started: {error}") from error
        pidfd = held.keep(os.pidfd_open(process.pid))
        self._running[pidfd] = process
        for fd in (asked, *files.values()):
            held.close(fd)
        return pidfd

    def end(self, pidfd: int) -> None:
        """Waits for the bubblewrap of a run that is over."""
        process = self._running.pop(pidfd)
        process.kill()
        process.wait()

    def gone(self) -> bool:
        """Never: each run has its own."""
        return False

    def close(self) -> None:
        """Ends whatever still runs."""
        for pidfd in tuple(self._running):
            self.end(pidfd)
