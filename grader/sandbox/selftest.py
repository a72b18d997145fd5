"""The self-test of a sandbox: canaries try to get out before the first student's code is run."""

from __future__ import annotations

import json
import os
import secrets
import socket
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Final, NamedTuple

from grader.sandbox import scratch
from grader.sandbox.canaries import ATTEMPTS
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits

_PREFIX: Final = "grader-canary-"
# What a weaker isolation is known not to stop.
NOT_STOPPED: Final = {
    "namespaces": frozenset[str](),
    "bubblewrap": frozenset[str](),
    "reduced": frozenset({"find out that a file is there"}),
}


class Canary(NamedTuple):
    """One attempt to get out, and whether it succeeded."""

    name: str
    succeeded: bool


def run_canaries(sandbox: Sandbox) -> tuple[Canary, ...] | str:
    """What each canary came to, in the order of their list; or why they could not be asked."""
    with _targets() as targets:
        limits = Limits(wall_s=30)
        raw = sandbox.run(json.dumps(targets).encode(), limits=limits, perform="canaries")
    if raw.ended != "finished" or len(raw.frames) != 1:
        said = raw.output.decode("utf-8", "replace").strip().splitlines()
        return " ".join([raw.detail, *said[-1:]])
    found: dict[str, bool] = json.loads(raw.frames[0])
    return tuple(Canary(name, found[name]) for name in ATTEMPTS)


def escaped(isolation: str, canaries: tuple[Canary, ...]) -> list[str]:
    """The names of the canaries that got out and should not have."""
    known = NOT_STOPPED.get(isolation, frozenset())
    return [canary.name for canary in canaries if canary.succeeded and canary.name not in known]


@contextmanager
def _targets() -> Iterator[dict[str, Any]]:
    """Live things of this process: a file, a listener on a port, two on sockets, the process itself."""
    with ExitStack() as stack:
        folder = stack.enter_context(scratch.folder_of_its_own(_PREFIX))
        # Open to everybody, so that only the walls keep a run from it.
        folder.chmod(0o777)
        file = folder / "secret"
        file.write_text(secrets.token_hex())
        file.chmod(0o666)
        ports = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        abstract, named = (stack.enter_context(socket.socket(socket.AF_UNIX)) for _ in range(2))
        name = f"grader-canary-{secrets.token_hex(8)}"
        abstract.bind(f"\0{name}")
        named.bind(str(folder / "socket"))
        (folder / "socket").chmod(0o666)
        abstract.listen()
        named.listen()
        yield {
            "file": str(file),
            "port": ports.getsockname()[1],
            "abstract": name,
            "socket": str(folder / "socket"),
            "pid": _far(os.getpid()),
            "word": os.path.basename(sys.executable),
        }


def _far(pid: int) -> int:
    """A process that cannot be mistaken for one of a run's own, whose numbers are small."""
    return pid if pid > 64 else os.getsid(0) if os.getsid(0) > 64 else 2**22 - 1
