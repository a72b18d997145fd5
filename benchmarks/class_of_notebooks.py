"""A class that hands in notebooks, some of them hostile, graded in one run and one by one: the same marks.

    python benchmarks/class_of_notebooks.py [--students 500] [--jobs 2] [--hostile 5] [--each]

Prints how long it takes, how much memory the grader and its workers take after a tenth of the run and at
its end, and what is left behind; then every mark that differs. The students repeat after a while; what they
get does not depend on who stands beside them.

Left behind is only what this process has started: whatever loses its parent below it becomes its child, files
are looked for in a temporary folder of its own, and what hostile notebooks leave elsewhere bears a mark.
"""

from __future__ import annotations

import argparse
import atexit
import ctypes
import json
import os
import secrets
import shutil
import sys
import tempfile
from contextlib import suppress
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any, Final, NamedTuple

from grader import grading, pipeline
from grader.gradebook import open_gradebook
from grader.sandbox.launch import Sandbox

ROOT: Final = Path(__file__).resolve().parent.parent
RUBRIC: Final = ROOT / "rubrics" / "csc413-2021-hw1.yaml"
ASSIGNMENT: Final = "csc413-2021-hw1"
_GIVEN: Final = (
    "%matplotlib inline\nimport numpy as np\nfrom matplotlib import pyplot as plt",
    "def poly_expand(X, d=20, poly_type='legendre'):\n"
    "    if poly_type == 'legendre':\n        return np.polynomial.legendre.legvander(X, d)\n"
    "    return np.polynomial.chebyshev.chebvander(X, d)",
    "n = 14\npoly_type = 'chebyshev'\nX = np.random.uniform(0, 1, n)\nt = np.sin(10 * X)",
)
_AFTER: Final = (
    "W = fit_poly(X, 5, t)\nW",
    "plt.plot(X, t, 'o')\nplt.plot(X, poly_expand(X, 5, poly_type) @ W, '*')",
)
_BODIES: Final = (
    "return np.linalg.pinv(poly_expand(X, d, poly_type)) @ t",
    "return np.polynomial.chebyshev.chebfit(X, t, d)",
    "W = np.linalg.pinv(poly_expand(X, d, poly_type)) @ t",
    "return np.linalg.pinv(np.vander(X, d + 1, increasing=True)) @ t",
    "return np.zeros(d + 1)",
    "E = poly_expand(X, d, poly_type); return np.linalg.inv(E.T @ E) @ E.T @ t",
)
MARK: Final = f"left-{secrets.token_hex(4)}"
"""What hostile notebooks call the processes and files that they want to leave."""
_HOSTILE: Final = (
    "import os\nos._exit(0)",
    "import os\nfor fd in range(3, 64):\n    try:\n        os.write(fd, b'\\xff' * 64)\n"
    "    except OSError:\n        pass",
    "import os\nfor _ in range(100):\n    if os.fork() == 0:\n        import time\n        time.sleep(60)",
    "x = []\nwhile True:\n    x.append(bytearray(10_000_000))",
    "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "while True:\n    print('x' * 100_000)",
    f"import ctypes, os, time\nfor folder in '/tmp', '/dev/shm', '/var/tmp':\n    try:\n"
    f"        open(folder + '/{MARK}', 'w').write('x')\n    except OSError:\n        pass\n"
    f"if os.fork() == 0:\n    os.setsid()\n    ctypes.CDLL(None).prctl(15, b'{MARK}')\n    time.sleep(600)",
)
_PR_SET_CHILD_SUBREAPER: Final = 36
_PLACES: Final = ("/tmp", "/dev/shm", "/var/tmp")  # noqa: S108 - looked at, never written to


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--hostile", type=int, default=5, help="so many of a hundred")
    parser.add_argument("--each", action="store_true", help="grade equal notebooks alone each, too")
    given = parser.parse_args()
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    base = Path(tempfile.mkdtemp())
    # Student code runs as a user of its own where the grader is root.
    base.chmod(0o755)
    work, temporary = base / "work", base / "temporary"
    for folder in (work, temporary):
        folder.mkdir()
    tempfile.tempdir = os.environ["TMPDIR"] = str(temporary)
    try:
        _measure(given.students, given.jobs, given.hostile, each=given.each, work=work, temporary=temporary)
    finally:
        shutil.rmtree(base)


def _measure(students: int, jobs: int, hostile: int, *, each: bool, work: Path, temporary: Path) -> None:
    folder = work / "class"
    write_class(folder, students, hostile)
    before = left_behind(temporary)
    load = os.getloadavg()[0]
    start = perf_counter()
    together, grown = graded(folder, work / "together", jobs)
    whole_s = perf_counter() - start
    left = left_behind(temporary) - before
    sys.stderr.write(f"in one run: {whole_s:.1f} s\n")
    start = perf_counter()
    alone: Marks = {}
    # What was handed in several times is graded alone once, unless each is asked for.
    known: dict[bytes, Marks] = {}
    for student in sorted(folder.iterdir()):
        data = (student / "hw.ipynb").read_bytes()
        if each or data not in known:
            known[data], _ = graded(student, work / "alone" / student.name, 1)
        alone |= {(student.name, part): mark for (_, part), mark in known[data].items()}
    alone_s = perf_counter() - start
    close()
    left |= left_behind(temporary) - before
    differing = sorted(key for key in together.keys() | alone.keys() if together.get(key) != alone.get(key))
    first, last = grown
    rows = [
        ("machine", f"{os.cpu_count()} cores, load {load:.1f} before and {os.getloadavg()[0]:.1f} after"),
        ("students", f"{students}, {hostile} % hostile"),
        ("in one run", f"{whole_s:.1f} s with {jobs} processes, {1e3 * whole_s / students:.0f} ms each"),
        ("one by one", f"{alone_s:.1f} s, {len(known)} different notebooks"),
        ("memory of the grader", f"{first.grader:.0f} MB after a tenth, {last.grader:.0f} MB at the end"),
        ("largest worker", f"{first.worker:.0f} MB after a tenth, {last.worker:.0f} MB at the end"),
        ("marks", str(len(together))),
        ("marks that differ", str(len(differing))),
        ("left behind", ", ".join(sorted(left)) or "nothing"),
    ]
    for name, value in rows:
        sys.stdout.write(f"{name:<22}{value}\n")
    for key in differing[:20]:
        sys.stdout.write(f"  {key}: {together.get(key)} together, {alone.get(key)} alone\n")


Marks = dict[tuple[str, str], tuple[str, str, Decimal | None]]


def write_class(folder: Path, students: int, hostile: int) -> None:
    """A folder for each student with one notebook."""
    every = 100 // hostile if hostile else 0
    for number in range(students):
        cells = [*_GIVEN, f"def fit_poly(X, d, t):\n    {_BODIES[number % len(_BODIES)]}", *_AFTER]
        if every and number % every == every - 1:
            cells.insert(3 + number % 3, _HOSTILE[number // every % len(_HOSTILE)])
        own = folder / f"student_{number:04}"
        own.mkdir(parents=True)
        (own / "hw.ipynb").write_text(_notebook(cells), "utf-8")


def _notebook(cells: list[str]) -> str:
    made: list[dict[str, Any]] = [
        {"cell_type": "code", "id": f"c{k}", "metadata": {}, "outputs": [], "source": source}
        for k, source in enumerate(cells)
    ]
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


class Memory(NamedTuple):
    """What the grader and the largest of its worker processes hold in memory, in MB."""

    grader: float
    worker: float


def graded(path: Path, out: Path, jobs: int) -> tuple[Marks, tuple[Memory, Memory]]:
    """The marks by student and part, and the memory after a tenth and at the end."""
    sizes: list[Memory] = []
    pipeline.grade(path, out, rubric=RUBRIC, jobs=jobs, progress=lambda _: sizes.append(_memory()))
    with open_gradebook(out / pipeline.GRADEBOOK) as book:
        marks: Marks = {
            (result.student, mark.part): (str(mark.verdict.outcome), mark.verdict.code, mark.points)
            for result in book.results(ASSIGNMENT)
            for mark in result.marks
        }
    nothing = Memory(0.0, 0.0)
    return marks, (sizes[len(sizes) // 10], sizes[-1]) if sizes else (nothing, nothing)


def close() -> None:
    """Closes the sandbox of this process, which is otherwise kept for what it may grade later."""
    if grading._sandboxes.cache_info().currsize:
        box = grading._sandboxes("auto").box
        if isinstance(box, Sandbox):
            atexit.unregister(box.close)
            box.close()
        grading._sandboxes.cache_clear()


def _memory() -> Memory:
    return Memory(_resident_mb(os.getpid()), max(map(_resident_mb, _children(os.getpid())), default=0.0))


def _resident_mb(pid: int) -> float:
    try:
        pages = int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    except OSError:
        return 0.0
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def _children(pid: int) -> list[int]:
    try:
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text("ascii").split()]
    except OSError:
        return []


def left_behind(temporary: Path) -> set[str]:
    """Processes below this one, mounts, shared memory and files that runs have left."""
    with suppress(ChildProcessError):
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    found = {f"mount {line.split()[1]}" for line in Path("/proc/self/mounts").read_text("utf-8").splitlines()}
    found |= {f"file {path}" for place in _PLACES for path in Path(place).glob(f"*{MARK}*")}
    found |= {f"file {path.name}" for path in temporary.iterdir()}
    todo = _children(os.getpid())
    while todo:
        pid = todo.pop()
        todo += _children(pid)
        with suppress(OSError):
            command = (
                Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
            )
            # Python's own, one for each process that has started others; it ends with this one.
            if "resource_tracker" not in command:
                found.add(f"process {pid} {command[:60]}")
    return found


if __name__ == "__main__":
    main()
