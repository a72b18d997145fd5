"""Ours beside Math-Verify and SymPy's `simplify(a - b) == 0`: the same pairs in one run, one process each.

    python benchmarks/versus.py FOLDER [--math-verify PYTHON] [--source NAME]

FOLDER holds the corpora (see rows.py). Math-Verify gets the LaTeX rows, SymPy those in Python notation, ours
both; rows whose source asks another question than equality are left out. PYTHON is an interpreter that has
math-verify installed; it is not needed by the grader, and without it that comparison is left out.

Ours takes less than a tenth of a second, in which a machine may do anything: it makes several passes, each in
a fresh process, and the other program waits for them, so that both meet the same moods of the machine. The
mean of our passes counts.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import nullcontext
from multiprocessing import get_context
from pathlib import Path
from statistics import fmean
from time import perf_counter, process_time
from typing import Any, Final, NamedTuple

from rows import Row, read_rows
from stages import shares, watched

import grader.maths
from grader.cli._pairs import Pair
from grader.cli._verdicts import decide_pair

# Each program decides every tenth pair once before its clock runs: libraries, patterns and caches are ready.
WARMING: Final = 10
PASSES: Final = 12
HERE: Final = Path(__file__).resolve().parent


class Run(NamedTuple):
    """The outcomes of one program in the order of the rows, and the seconds it took for them."""

    name: str
    outcomes: list[str]
    wall_s: float
    cpu_s: float
    note: str = ""


def run_once(rows: list[Row], *, watching: bool = False) -> Run:
    """Our verdicts, in a process that has seen every tenth pair; with `watching`, where the time goes."""
    # The others have loaded their libraries before their clock runs; a limit loads the last of ours.
    for module in pkgutil.walk_packages(grader.maths.__path__, "grader.maths."):
        importlib.import_module(module.name)
    decide_pair(Pair("warm", r"\lim_{x \to 0} \frac{\sin x}{x}", "e^x", "latex", "latex", infer=True))
    for row in rows[::WARMING]:
        decide_pair(row.pair)
    with watched() if watching else nullcontext(Counter[str]()) as stages:
        wall, cpu = perf_counter(), process_time()
        outcomes: list[str] = [decide_pair(row.pair).outcome for row in rows]
        wall, cpu = perf_counter() - wall, process_time() - cpu
    return Run("ours", outcomes, wall, cpu, shares(stages))


class Ours:
    """Our passes over the same pairs, each in a process of its own."""

    def __init__(self, rows: list[Row]) -> None:
        self.rows = rows
        self.fresh = ProcessPoolExecutor(1, get_context("spawn"), max_tasks_per_child=1)
        self.runs: list[Run] = []

    def run(self) -> None:
        """One more pass."""
        self.runs.append(self.fresh.submit(run_once, self.rows).result())

    def together(self) -> Run:
        """The mean of all passes, with where the time of one more goes.

        Raises:
            SystemExit: a pair got another verdict in another process.
        """
        first = self.runs[0]
        if any(run.outcomes != first.outcomes for run in self.runs):
            raise SystemExit("the same pairs got other verdicts in another process")
        note = self.fresh.submit(run_once, self.rows, watching=True).result().note
        self.fresh.shutdown()
        walls = sorted(run.wall_s for run in self.runs)
        note += f"; the mean of {len(walls)} passes of {walls[0]:.3f} to {walls[-1]:.3f} s"
        return Run("ours", first.outcomes, fmean(walls), fmean(run.cpu_s for run in self.runs), note)


def compare_with(name: str, python: str | None, rows: list[Row]) -> list[Run]:
    """Our passes, and between them the parts of another program, if there is a Python that has it."""
    ours = Ours(rows)
    if python is None:
        for _ in range(PASSES):
            ours.run()
        return [ours.together()]
    other = run_other(name, python, rows, ours.run)
    return [ours.together(), other]


def run_other(name: str, python: str, rows: list[Row], between: Callable[[], None]) -> Run:
    """The verdicts of another program, in a process of its own; it warms up with the same pairs as ours.

    It waits `PASSES` times, for `between`.

    Raises:
        CalledProcessError: it cannot be started there.
    """
    command = [python, "-W", "ignore", str(HERE / "others.py"), name]
    said: list[dict[str, Any]] = []
    with subprocess.Popen(  # noqa: S603 - our own script
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as program:
        assert program.stdin is not None
        assert program.stdout is not None
        parts = [
            rows[::WARMING],
            *(rows[k * len(rows) // PASSES : (k + 1) * len(rows) // PASSES] for k in range(PASSES)),
        ]
        for part in parts:
            for row in part:
                program.stdin.write(json.dumps({**row.pair._asdict(), "id": row.pair.key}) + "\n")
                program.stdin.flush()
                line = next((line for line in program.stdout if line.startswith('{"id"')), "")
                if not line:
                    raise subprocess.CalledProcessError(program.wait(), command)
                said.append(json.loads(line))
            if part is not parts[0]:
                between()
        program.stdin.close()
    said = said[len(parts[0]) :]
    assert [one["id"] for one in said] == [row.pair.key for row in rows]
    outcomes = [one["outcome"] for one in said]
    return Run(name, outcomes, sum(one["wall"] for one in said), sum(one["cpu"] for one in said))


def print_runs(title: str, rows: list[Row], runs: list[Run]) -> None:
    """One line for each program, and what each of the others does worse or better than ours."""
    columns = ("right", "false accept", "false reject", "no verdict")
    print(f"\n{title}: {len(rows)} pairs")
    print(f"{'':14}{'pairs/s':>10}{'wall s':>9}{'CPU s':>9}" + "".join(f"{name:>14}" for name in columns))
    for run in runs:
        count: Counter[str] = Counter()
        for row, outcome in zip(rows, run.outcomes, strict=True):
            wrong = {outcome, row.pair.truth} == {"same", "different"}
            accept = "false accept" if outcome == "same" else "false reject"
            count["right" if outcome == row.pair.truth else accept if wrong else "no verdict"] += 1
        cells = "".join(f"{count[name]:14}" for name in columns)
        print(f"{run.name:14}{len(rows) / run.wall_s:10,.0f}{run.wall_s:9.2f}{run.cpu_s:9.2f}{cells}")
    for run in runs[1:]:
        faster = runs[0].wall_s and run.wall_s / runs[0].wall_s
        print(f"ours decides {faster:,.0f} times as many pairs per second as {run.name}")
    print(f"our time: {runs[0].note}")


def main() -> None:
    """Prints both comparisons."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("folder", type=Path)
    options.add_argument("--math-verify", metavar="PYTHON", help="an interpreter that has math-verify")
    options.add_argument("--source", help="only this source")
    chosen = options.parse_args()
    rows = [row for row in read_rows(chosen.folder) if not row.apart and chosen.source in (None, row.source)]
    latex = [row for row in rows if row.pair.notation == "latex"]
    python = [row for row in rows if row.pair.notation == "python"]
    if latex:
        if not chosen.math_verify:
            print("Math-Verify is left out: name an interpreter that has it with --math-verify PYTHON")
        print_runs("LaTeX", latex, compare_with("math-verify", chosen.math_verify, latex))
    if python:
        print_runs("Python", python, compare_with("sympy", sys.executable, python))


if __name__ == "__main__":
    main()
