"""CPU time of a cold start: `grader --help`, and one check of each costly kind, each in a new process.

    python benchmarks/cold_start.py [runs]

Prints the median of the runs in milliseconds of CPU (user and system), beside an empty interpreter's.
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
GOALS_MS = {"grader --help": 100, "one count": 200, "one array": 200, "one expression": 200}

_HELP = "import sys; sys.argv = ['grader', '--help']; from grader.cli import main; main()"
_CHECK = """
from grader.checks import Setting, load
from grader.maths.names import declare
from grader.types import Answer, Place
check = load({kind!r})
symbols = declare({symbols!r}, [{dimensions!r}])
prepared = check.prepare(check.Options.model_validate({options!r}), Setting(symbols, {{}}, b"benchmark"))
verdict = check.judge(prepared, Answer("1", {answer!r}, Place("answers.yaml")))
assert verdict.credit == 1, verdict
"""

PROGRAMS = {
    "an empty interpreter": "pass",
    "grader --help": _HELP,
    "one count": _CHECK.format(
        kind="count", symbols={}, dimensions={}, options={"expected": "52444644"}, answer="52,444,644"
    ),
    "one array": _CHECK.format(
        kind="array",
        symbols={},
        dimensions={},
        options={"expected": "[[1, 2], [3, 4]]"},
        answer="[[1, 2], [3, 4.0]]",
    ),
    "one expression": _CHECK.format(
        kind="expression",
        symbols={"X": {"matrix": ["n", "d"]}, "a": {"vector": "n"}},
        dimensions={"n": 3, "d": 5},
        options={"expected": "n norm(X' a)^2 / (2 norm(X X' a)^2)"},
        answer="n a' X X' a / (2 a' X X' X X' a)",
    ),
}


def cpu_ms(program: str) -> float:
    """The CPU time of one new process that runs the program.

    Raises:
        CalledProcessError: the program failed.
    """
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(  # noqa: S603 - only the programs above
        [sys.executable, "-c", program],
        check=True,
        stdout=subprocess.DEVNULL,
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "0"},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def main() -> None:
    """Prints the table; the first run of each is thrown away, for it may compile modules."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    print(f"{'':22}{'median':>9}{'worst':>9}{'goal':>9}   ms of CPU, {runs} runs")
    for name, program in PROGRAMS.items():
        times = [cpu_ms(program) for _ in range(runs + 1)][1:]
        goal = f"{GOALS_MS[name]:9}" if name in GOALS_MS else " " * 9
        print(f"{name:22}{statistics.median(times):9.0f}{max(times):9.0f}{goal}")


if __name__ == "__main__":
    main()
