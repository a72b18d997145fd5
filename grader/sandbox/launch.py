"""The grader's side of the walls: opens a sandbox, hands it requests, and takes back what came of them."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final, Literal, Self

from grader.sandbox import channel, places, remedies
from grader.sandbox.channel import Raw
from grader.sandbox.descriptors import descriptors
from grader.sandbox.limits import Limits, numbers
from grader.sandbox.starters import Bubblewrap, Parent, Starter
from grader.sandbox.student import Pipes

Isolation = Literal["namespaces", "bubblewrap", "reduced", "unsafe"]

PERFORMS: Final = {"run": "grader.sandbox.inside", "canaries": "grader.sandbox.canaries"}
WARM: Final = ("numpy", "matplotlib.pyplot", "matplotlib.backends.backend_agg")
_count = itertools.count()


class Sandbox:
    """A place to run student code, open until it is closed. Runs may be asked for from several threads.

    Raises:
        StaffError: this isolation is not to be had here.
    """

    def __init__(
        self,
        isolation: Isolation,
        limits: Limits,
        *,
        performs: dict[str, str] = PERFORMS,
        warm: tuple[str, ...] = WARM,
    ) -> None:
        self.isolation = isolation
        self.limits = limits
        self._user = _unused_user()
        files = [where for where in performs.values() if where.endswith(".py")]
        seen = places.of_this_interpreter(files)
        self._starter: Starter
        if isolation == "bubblewrap":
            self._starter = Bubblewrap(seen, performs, self._user)
        else:
            closed = places.closed_to_others(seen.paths) if os.getuid() == 0 else []
            self._starter = Parent(isolation, seen, closed, performs, warm, self._user)

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
        with descriptors() as held, self._folder() as folder:
            output, output_in = held.pipe()
            reply, reply_in = held.pipe()
            status, status_in = held.pipe()
            control, control_in = held.pipe()
            pipes = Pipes(held.memory(request), output_in, reply_in, status_in, control)
            wanted = {"perform": perform, "folder": folder, **numbers(limits)}
            pidfd = self._starter.begin(wanted, limits, pipes, held)
            for fd in pipes:
                held.close(fd)
            try:
                return channel.collect(output, reply, status, pidfd, lambda: held.close(control_in), limits)
            finally:
                self._starter.end(pidfd)

    def close(self) -> None:
        """Ends whatever still runs."""
        self._starter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @contextmanager
    def _folder(self) -> Iterator[str]:
        """A folder of the run's own on the disk, where no file system of its own can be had."""
        if self.isolation in ("namespaces", "bubblewrap"):
            yield ""
            return
        folder = tempfile.mkdtemp(prefix="grader-run-")
        try:
            if os.getuid() == 0:
                os.chown(folder, self._user, -1)
            yield folder
        finally:
            _remove(folder)


def _unused_user() -> int:
    """A user that owns nothing and runs nothing else, for when the grader is root."""
    return 2_000_000_000 + (os.getpid() * 64 + next(_count) % 64) % 100_000_000


def _remove(folder: str) -> None:
    """Removes a folder that student code has filled, whatever rights it has set in it."""
    for path, folders, _ in os.walk(folder):
        for name in folders:
            inner = Path(path, name)
            if not inner.is_symlink():
                inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
