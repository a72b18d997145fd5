"""The grader's side of the walls: opens a sandbox, hands it requests, and takes back what came of them."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Self, get_args

from grader.errors import MachineError, StaffError
from grader.sandbox import channel, places, remedies
from grader.sandbox.channel import Raw
from grader.sandbox.limits import Limits, numbers

Isolation = Literal["auto", "namespaces", "bubblewrap", "reduced", "unsafe"]

_MESSAGE: Final = 1 << 16
_START_S: Final = 60.0
_BOOT: Final = """
import sys
sys.path[:0] = [sys.argv[2]]
from grader.sandbox import zygote
zygote.main(int(sys.argv[1]))
"""
_PERFORMS: Final = {"run": "grader.sandbox.inside"}
_WARM: Final = ("numpy", "matplotlib.pyplot")
# All that student code is told of the machine. One thread each: more take memory, and change sums.
_ENVIRONMENT: Final = {
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


class Sandbox:
    """A place to run student code, open until it is closed. Runs may be asked for from several threads."""

    def __init__(
        self,
        isolation: Isolation,
        limits: Limits,
        *,
        performs: dict[str, str] = _PERFORMS,
        warm: tuple[str, ...] = _WARM,
    ) -> None:
        self.isolation = isolation
        self.limits = limits
        files = [where for where in performs.values() if where.endswith(".py")]
        self._users = _unused_users()
        self._order: dict[str, Any] = {
            "isolation": isolation,
            "places": places.of_this_interpreter(files)._asdict(),
            "performs": performs,
            "warm": warm,
            "users": self._users,
        }
        self._asking = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._connection: socket.socket | None = None
        self._start()

    @property
    def weaker(self) -> str:
        """What this isolation does not stop, in words for reports; empty for the strongest."""
        return remedies.WEAKER[self.isolation]

    def run(self, request: bytes, *, limits: Limits | None = None, perform: str = "run") -> Raw:
        """What came of a request, after it has ended one way or another.

        Raises:
            MachineError: no run could be begun.
        """
        limits = limits or self.limits
        with _fds() as fds, self._folder() as folder:
            asked = fds.memory(request)
            output, output_in = fds.pipe()
            reply, reply_in = fds.pipe()
            status, status_in = fds.pipe()
            control, control_in = fds.pipe()
            wanted = {"perform": perform, "folder": folder, **numbers(limits)}
            pidfd = self._ask(wanted, [asked, output_in, reply_in, status_in, control])
            fds.keep(pidfd)
            for fd in (asked, output_in, reply_in, status_in, control):
                fds.close(fd)
            return channel.collect(output, reply, status, pidfd, lambda: fds.close(control_in), limits)

    def close(self) -> None:
        """Ends the parent of the runs, and with it all that still runs."""
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            try:
                self._process.wait(5)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _start(self) -> None:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        root = str(Path(__file__).parents[2])
        command = [sys.executable, "-s", "-S", "-P", "-B", "-c", _BOOT, str(theirs.fileno()), root]
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                command,
                env=_ENVIRONMENT,
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
            )
        self._connection = ours
        ours.settimeout(_START_S)
        told: dict[str, Any] = {}
        try:
            ours.send(json.dumps(self._order).encode())
            said = ours.recv(_MESSAGE)
            told = json.loads(said) if said else {}
        except OSError as error:
            told = {"failed": "start", "said": str(error)}
        if not told.get("ready"):
            self.close()
            raise StaffError(remedies.refusal(self.isolation, told))

    def _ask(self, wanted: dict[str, Any], given: list[int]) -> int:
        """The descriptor of the supervisor of a run that has begun."""
        assert self._connection is not None
        with self._asking:
            try:
                socket.send_fds(self._connection, [json.dumps(wanted).encode()], given)
                said, fds, _, _ = socket.recv_fds(self._connection, _MESSAGE, 1)
            except OSError as error:
                raise MachineError(f"the parent of the runs does not answer: {error}") from error
        if not fds:
            told = json.loads(said) if said else {"said": "it has ended"}
            raise MachineError(f"student code could not be started: {told.get('said')}")
        return fds[0]

    @contextmanager
    def _folder(self) -> Iterator[str]:
        """A folder of the run's own on the disk, where no file system of its own can be had."""
        if self.isolation in ("namespaces", "bubblewrap"):
            yield ""
            return
        folder = tempfile.mkdtemp(prefix="run-")
        try:
            if os.getuid() == 0:
                os.chown(folder, self._users[0], -1)
            yield folder
        finally:
            _remove(folder)


def open_sandbox(isolation: Isolation = "auto", limits: Limits | None = None) -> Sandbox:
    """A sandbox to be used in a `with` statement.

    Raises:
        StaffError: this isolation is not to be had here: what is missing, and how to get it.
    """
    if isolation not in get_args(Isolation):
        raise StaffError(
            f"there is no isolation {isolation!r}; it is one of {', '.join(get_args(Isolation))}"
        )
    limits = limits or Limits()
    if isolation != "auto":
        return Sandbox(isolation, limits)
    return Sandbox("namespaces", limits)


def _unused_users() -> list[int]:
    """Users that own nothing, for when the grader runs as root; far from those of people and services."""
    return [2_000_000_000 + os.getpid(), 60_900 + os.getpid() % 100, 65_534]


def _remove(folder: str) -> None:
    """Removes a folder that student code has filled, whatever rights it has set in it."""
    for path, folders, _ in os.walk(folder):
        for name in folders:
            inner = Path(path, name)
            if not inner.is_symlink():
                inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)


class _Fds:
    """Descriptors that are closed at the end, whatever happens."""

    def __init__(self) -> None:
        self._open: set[int] = set()

    def keep(self, fd: int) -> int:
        self._open.add(fd)
        return fd

    def pipe(self) -> tuple[int, int]:
        first, second = os.pipe()
        return self.keep(first), self.keep(second)

    def memory(self, data: bytes) -> int:
        fd = self.keep(os.memfd_create("request", os.MFD_CLOEXEC))
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        return fd

    def close(self, fd: int) -> None:
        if fd in self._open:
            self._open.remove(fd)
            os.close(fd)

    def close_all(self) -> None:
        for fd in tuple(self._open):
            self.close(fd)


@contextmanager
def _fds() -> Iterator[_Fds]:
    fds = _Fds()
    try:
        yield fds
    finally:
        fds.close_all()
