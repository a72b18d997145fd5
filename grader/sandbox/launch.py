"""The grader's side of the walls: opens a sandbox, hands it requests, and takes back what came of them."""

from __future__ import annotations

import itertools
import os
import threading
from collections.abc import Callable
from contextlib import nullcontext
from types import TracebackType
from typing import Any, Final, Literal, Self

from grader.errors import MachineError, StaffError
from grader.sandbox import channel, landlock, places, remedies
from grader.sandbox.channel import Raw
from grader.sandbox.descriptors import descriptors
from grader.sandbox.limits import Limits, numbers
from grader.sandbox.scratch import Scratch
from grader.sandbox.starters import Bubblewrap, Parent, Starter
from grader.sandbox.student import Pipes

Isolation = Literal["namespaces", "bubblewrap", "reduced", "unsafe"]

PERFORMS: Final = {"run": "grader.sandbox.inside", "canaries": "grader.sandbox.canaries"}
WARM: Final = ("numpy", "numpy.random", "numpy.polynomial")
# Loaded by the parent once a request holds one of the words: most of a second, for all later ones too.
LATER: Final = {
    "matplotlib.pyplot": (b"matplotlib", b"pylab"),
    "matplotlib.backends.backend_agg": (b"matplotlib", b"pylab"),
}
_LANDLOCK: Final = 3
_count = itertools.count()


class Sandbox:
    """A place to run student code, open until it is closed. Runs may be asked for from several threads.

    Where the parent of the runs dies another one is started, and a run that died with it is begun once more.

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
        if isolation == "reduced" and (version := landlock.version()) < _LANDLOCK:
            said = f"this kernel has version {version} of it, and {_LANDLOCK} is needed"
            raise StaffError(remedies.refusal(isolation, {"failed": "Landlock", "said": said}))
        self._scratch = Scratch(self._user) if isolation in ("reduced", "unsafe") else None
        self._start: Callable[[], Starter]
        if isolation == "bubblewrap":
            self._start = lambda: Bubblewrap(seen, performs, self._user)
        else:
            closed = places.closed_to_others(seen.paths) if os.getuid() == 0 else []
            folder = self._scratch.warm if self._scratch else ""
            self._start = lambda: Parent(isolation, seen, closed, performs, warm, self._user, folder)
        self._starting = threading.Lock()
        try:
            self._starter: Starter = self._start()
        except BaseException:
            self._close_scratch()
            raise

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
        later = [name for name, words in LATER.items() if any(word in request for word in words)]
        wanted = {"perform": perform, "later": later, **numbers(limits)}
        starter = self._starter
        try:
            raw = self._run(starter, request, wanted, limits)
        except MachineError:
            if not starter.gone():
                raise
        else:
            # What another program does to ours is no fault of the student.
            if raw.ended != "killed" or not starter.gone():
                return raw
        return self._run(self._another(starter), request, wanted, limits)

    def _run(self, starter: Starter, request: bytes, wanted: dict[str, Any], limits: Limits) -> Raw:
        folder_of_run = self._scratch.of_a_run() if self._scratch else nullcontext("")
        with descriptors() as held, folder_of_run as folder:
            output, output_in = held.pipe()
            reply, reply_in = held.pipe()
            status, status_in = held.pipe()
            control, control_in = held.pipe()
            pipes = Pipes(held.memory(request), output_in, reply_in, status_in, control)
            pidfd = starter.begin({**wanted, "folder": folder}, limits, pipes, held)
            for fd in pipes:
                held.close(fd)
            try:
                return channel.collect(output, reply, status, pidfd, lambda: held.close(control_in), limits)
            finally:
                starter.end(pidfd)

    def _another(self, gone: Starter) -> Starter:
        """A parent in the place of one that has died; only one is started, whoever asks first."""
        with self._starting:
            if self._starter is gone:
                gone.close()
                try:
                    self._starter = self._start()
                except StaffError as error:
                    raise MachineError(
                        f"the parent of the runs has died, and another did not start: {error}"
                    ) from error
            return self._starter

    def close(self) -> None:
        """Ends whatever still runs."""
        self._starter.close()
        self._close_scratch()

    def _close_scratch(self) -> None:
        if self._scratch is not None:
            self._scratch.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _unused_user() -> int:
    """A user that owns nothing and runs nothing else, for when the grader is root."""
    return 2_000_000_000 + (os.getpid() * 64 + next(_count) % 64) % 100_000_000
