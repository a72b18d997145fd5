"""A class that hands in notebooks, some of them hostile, graded in one run and one by one: the same marks.

    python benchmarks/class_of_notebooks.py [--students 500] [--jobs 2] [--hostile 5] [--each]

Prints how long it takes, how much memory the grader itself takes after a tenth of the run and at its end, and
what is left behind (processes, mounts, shared memory, files in the temporary folder); then every mark that
differs. The students repeat after a while; what they get does not depend on who stands beside them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import tempfile
from decimal import Decimal
from pathlib import Path
from time import perf_counter
from typing import Any, Final

from grader import pipeline
from grader.gradebook import open_gradebook

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
_HOSTILE: Final = (
    "import os\nos._exit(0)",
    "import os\nfor fd in range(3, 64):\n    try:\n        os.write(fd, b'\\xff' * 64)\n"
    "    except OSError:\n        pass",
    "import os\nfor _ in range(100):\n    if os.fork() == 0:\n        import time\n        time.sleep(60)",
    "x = []\nwhile True:\n    x.append(bytearray(10_000_000))",
    "import os, signal\nos.kill(-1, signal.SIGKILL)",
    "while True:\n    print('x' * 100_000)",
    "open('/tmp/left_behind', 'w').write('x')\nimport os\nos.setsid() if os.fork() == 0 else None",
)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--students", type=int, default=500)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--hostile", type=int, default=5, help="so many of a hundred")
    parser.add_argument("--each", action="store_true", help="grade equal notebooks alone each, too")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch, "class")
        write_class(folder, given.students, given.hostile)
        before = left_behind()
        start = perf_counter()
        together, grown = graded(folder, Path(scratch, "together"), given.jobs)
        whole_s = perf_counter() - start
        sys.stderr.write(f"in one run: {whole_s:.1f} s\n")
        start = perf_counter()
        alone: Marks = {}
        # What was handed in several times is graded alone once, unless each is asked for.
        known: dict[bytes, Marks] = {}
        for student in sorted(folder.iterdir()):
            data = (student / "hw.ipynb").read_bytes()
            if given.each or data not in known:
                known[data], _ = graded(student, Path(scratch, "alone", student.name), 1)
            alone |= {(student.name, part): mark for (_, part), mark in known[data].items()}
        alone_s = perf_counter() - start
        after = left_behind()
    differing = sorted(key for key in together.keys() | alone.keys() if together.get(key) != alone.get(key))
    rows = [
        ("students", f"{given.students}, {given.hostile} % hostile"),
        ("in one run", f"{whole_s:.1f} s with {given.jobs} processes"),
        ("one by one", f"{alone_s:.1f} s, {len(known)} different notebooks"),
        ("memory of the grader", f"{grown[0]:.0f} MB after a tenth, {grown[1]:.0f} MB at the end"),
        ("marks that differ", str(len(differing))),
        ("left behind", ", ".join(sorted(after - before)) or "nothing"),
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


def graded(path: Path, out: Path, jobs: int) -> tuple[Marks, tuple[float, float]]:
    """The marks by student and part, and the memory of this process after a tenth and at the end, in MB."""
    sizes: list[float] = []
    pipeline.grade(path, out, rubric=RUBRIC, jobs=jobs, progress=lambda _: sizes.append(_memory_mb()))
    with open_gradebook(out / pipeline.GRADEBOOK) as book:
        marks: Marks = {
            (result.student, mark.part): (str(mark.verdict.outcome), mark.verdict.code, mark.points)
            for result in book.results(ASSIGNMENT)
            for mark in result.marks
        }
    return marks, (sizes[len(sizes) // 10], sizes[-1]) if sizes else (0.0, 0.0)


def _memory_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def left_behind() -> set[str]:
    """Processes of the sandbox's users, mounts, shared memory and files that a run may leave."""
    found = {f"mount {line.split()[1]}" for line in Path("/proc/mounts").read_text("utf-8").splitlines()}
    found |= {f"shared memory {path.name}" for path in Path("/dev/shm").iterdir()}  # noqa: S108
    found |= {f"file {path}" for path in Path(tempfile.gettempdir()).glob("left_behind*")}
    found |= {f"file {path}" for path in Path(tempfile.gettempdir()).glob("run-*")}
    for process in Path("/proc").iterdir():
        try:
            if process.name.isdecimal() and process.stat().st_uid >= 60_000 and os.getuid() != 65_534:
                found.add(f"process {process.name}")
        except OSError:
            continue
    return found


if __name__ == "__main__":
    main()
