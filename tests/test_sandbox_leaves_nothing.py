"""After hostile and good runs, and after a kill at any moment, nothing of them is left."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

import pytest

from grader.errors import MachineError
from grader.sandbox.channel import Raw
from grader.sandbox.launch import Isolation, Sandbox
from grader.sandbox.limits import Limits

PERFORM: Final = str(Path(__file__).parent / "attacks" / "perform.py")
MARK: Final = f"left{os.getpid()}"
LIMITS: Final = Limits(wall_s=30, cpu_s=2, memory_mib=128, processes=16)
NAMED: Final = f"ctypes.CDLL(None).prctl(15, b'{MARK}')\n"
# Each leaves something: processes, files, sockets, memory; or ends in a way of its own.
HOSTILE: Final = (
    "if os.fork() == 0:\n    os.setsid()\n    os.fork()\n    time.sleep(60)",
    "for _ in range(100):\n    try:\n        os.fork() or time.sleep(60)\n    except OSError:\n        break",
    "open('/tmp/" + MARK + "', 'w').write('x' * 100_000)",
    "open('/dev/shm/" + MARK + "', 'w').write('x' * 100_000)",
    "a, b = socket.socketpair(); os._exit(0)",
    "ctypes.string_at(0)",
    "os.kill(os.getpid(), 9)",
    "raise SystemExit",
)
GOOD: Final = "reply(str(sum(range(1000))).encode())"


def named(mark: str) -> list[str]:
    """The processes that bear a mark."""
    found = []
    for comm in Path("/proc").glob("[0-9]*/comm"):
        with suppress(OSError):
            if comm.read_text().strip() == mark:
                found.append(comm.parent.name)
    return found


def gone(mark: str, within_s: float) -> bool:
    """Whether no process bears the mark any more, before some time is over."""
    until = time.monotonic() + within_s
    while found := named(mark):
        if time.monotonic() > until:
            return not found
        time.sleep(0.02)
    return True


def left() -> tuple[object, ...]:
    """What there is of mounts, shared memory and files of runs on this machine."""
    prefixes = ("grader-runs-", "grader-canary-")
    return (
        Path("/proc/self/mounts").read_text(),
        Path("/proc/sysvipc/shm").read_text() if Path("/proc/sysvipc/shm").exists() else "",
        [path.name for path in Path("/dev/shm").glob(f"{MARK}*")],  # noqa: S108
        [path.name for path in Path("/tmp").glob(f"{MARK}*")],  # noqa: S108
        sorted(path.name for path in Path("/tmp").iterdir() if path.name.startswith(prefixes)),  # noqa: S108
    )


@pytest.fixture
def own_temporary_folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Other tests have runs of their own: what these leave is looked for in a folder of ours."""
    # Not pytest's, which only its owner may enter: root's runs are another user's.
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    yield
    assert list(folder.iterdir()) == []
    folder.rmdir()


@pytest.mark.parametrize("isolation", ["namespaces", "reduced"])
@pytest.mark.usefixtures("own_temporary_folder")
def test_after_a_hundred_good_and_hostile_runs_by_two_at_once_nothing_is_left(isolation: Isolation) -> None:
    codes = [HOSTILE[at // 2 % len(HOSTILE)] if at % 2 else GOOD for at in range(104)]
    before = left()[:4]
    fds = len(list(Path("/proc/self/fd").iterdir()))
    with Sandbox(isolation, LIMITS, performs={"run": PERFORM}, warm=()) as sandbox:
        open_fds = len(list(Path("/proc/self/fd").iterdir()))
        with ThreadPoolExecutor(2) as pool:
            raws = list(pool.map(lambda code: sandbox.run((NAMED + code).encode()), codes))
        assert len(list(Path("/proc/self/fd").iterdir())) == open_fds
        assert gone(MARK, 5)
        assert left()[:4] == before
    assert len(list(Path("/proc/self/fd").iterdir())) == fds
    assert [raw.frames for raw in raws[::2]] == [(b"499500",)] * 52


def test_the_memory_of_the_grader_stays_flat() -> None:
    def resident() -> int:
        return int(Path("/proc/self/statm").read_text().split()[1]) * 4096

    flood = b"while True:\n    reply(b'x' * 500_000); os.write(1, b'x' * 60_000)"
    limits = Limits(frames_mib=4, flood_mib=4)
    with Sandbox("namespaces", limits, performs={"run": PERFORM}, warm=()) as sandbox:
        for _ in range(5):
            sandbox.run(flood)
        before = resident()
        for _ in range(40):
            assert sandbox.run(flood).ended in ("frames", "output")
        assert resident() - before < 32 << 20


_GRADER: Final = f"""
import sys
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits
from threading import Thread
with Sandbox(sys.argv[1], Limits(), performs={{"run": {PERFORM!r}}}, warm=()) as sandbox:
    def run():
        while True:
            sandbox.run(b"ctypes.CDLL(None).prctl(15, sys.argv[0] or b'" + sys.argv[2].encode() + b"')"
                        b"\\nfor _ in range(3): os.fork()\\ntime.sleep(0.1)")
    threads = [Thread(target=run, daemon=True) for _ in range(2)]
    for thread in threads:
        thread.start()
    print("ready", flush=True)
    threads[0].join()
"""


@pytest.mark.parametrize("isolation", ["namespaces", "reduced"])
def test_a_grader_killed_at_any_moment_leaves_no_student_process(isolation: str) -> None:
    random = Random(5)  # noqa: S311 - when to kill
    for attempt in range(3):
        mark = f"k{os.getpid()}-{attempt}"
        with subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", _GRADER, isolation, mark],
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as grader:
            assert grader.stdout is not None
            assert grader.stdout.readline() == b"ready\n"
            until = time.monotonic() + 20
            while not named(mark) and time.monotonic() < until:
                time.sleep(0.01)
            assert named(mark)
            time.sleep(random.random() * 0.3)
            grader.kill()
        assert gone(mark, 10)


def killed_with(code: str, sandbox: Sandbox, mark: str) -> Raw:
    """What came of a run whose parent was killed as soon as its code ran."""
    named_so = f"ctypes.CDLL(None).prctl(15, b'{mark}')\n{code}".encode()
    with ThreadPoolExecutor(1) as pool:
        run = pool.submit(sandbox.run, named_so)
        until = time.monotonic() + 20
        while not named(mark) and time.monotonic() < until:
            time.sleep(0.01)
        os.kill(parent_of(named(mark)[0], 1 if sandbox.isolation == "namespaces" else 2), signal.SIGKILL)
        return run.result()


@pytest.mark.parametrize("isolation", ["namespaces", "reduced"])
def test_another_parent_is_started_for_one_that_was_killed(isolation: Isolation) -> None:
    mark = f"p{os.getpid()}"
    with Sandbox(isolation, Limits(wall_s=20), performs={"run": PERFORM}, warm=()) as sandbox:
        # With namespaces the run ends with its parent and is begun again; without, it goes on to its end.
        assert killed_with("time.sleep(1); reply(b'1')", sandbox, mark).frames == (b"1",)
        assert gone(mark, 5)
        assert sandbox.run(b"reply(b'2')").frames == (b"2",)


def test_another_parent_is_started_where_the_process_that_makes_rooms_was_killed() -> None:
    mark = f"r{os.getpid()}"
    with Sandbox("namespaces", Limits(wall_s=20), performs={"run": PERFORM}, warm=()) as sandbox:
        code = f"ctypes.CDLL(None).prctl(15, b'{mark}')\ntime.sleep(1); reply(b'1')".encode()
        with ThreadPoolExecutor(1) as pool:
            run = pool.submit(sandbox.run, code)
            until = time.monotonic() + 20
            while not named(mark) and time.monotonic() < until:
                time.sleep(0.01)
            (student,) = named(mark)
            parent = parent_of(student, 1)
            children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
            (porter,) = (child for child in children if child != student)
            os.kill(int(porter), signal.SIGKILL)
            assert run.result().frames == (b"1",)
        assert sandbox.run(b"reply(b'2')").frames == (b"2",)


def test_a_run_that_never_comes_to_an_end_of_its_own_is_a_fault_of_the_machine() -> None:
    with Sandbox("namespaces", Limits(), performs={"run": PERFORM}, warm=()) as sandbox:
        sandbox._start = lambda: Broken()
        sandbox._starter.close()
        with pytest.raises(MachineError, match="parent"):
            sandbox.run(b"reply(b'1')")


class Broken:
    """A parent that never begins a run."""

    def begin(self, *_: object) -> int:
        raise MachineError("the parent of the runs of student code is gone")

    def end(self, pidfd: int) -> None:
        """Nothing."""

    def gone(self) -> bool:
        return True

    def close(self) -> None:
        """Nothing."""


def parent_of(pid: str, generations: int) -> int:
    """The process so many generations above one."""
    for _ in range(generations):
        pid = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1]
    return int(pid)
