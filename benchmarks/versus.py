"""Ours beside Math-Verify and SymPy's `simplify(a - b) == 0`: the same pairs in one run, one process each.

    python benchmarks/versus.py FOLDER [--math-verify PYTHON] [--source NAME]

FOLDER holds the corpora (see rows.py). Math-Verify gets the LaTeX rows, SymPy those in Python notation, ours
both; rows whose source asks another question than equality are left out. PYTHON is an interpreter that has
math-verify installed; it is not needed by the grader, and without it that comparison is left out.
"""

from __future__ import annotations

import argparse
import importlib
import json
import pkgutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import perf_counter, process_time
from typing import Final, NamedTuple

from rows import Row, read_rows
from stages import shares, watched

import grader.maths
from grader.cli._pairs import Pair
from grader.cli._verdicts import decide_pair

# Each program decides every tenth pair once before its clock runs: libraries, patterns and caches are ready.
WARMING: Final = 10
HERE: Final = Path(__file__).resolve().parent


class Run(NamedTuple):
    """The outcomes of one program in the order of the rows, and the seconds it took for them."""

    name: str
    outcomes: list[str]
    wall_s: float
    cpu_s: float
    note: str = ""


def run_ours(rows: list[Row]) -> Run:
    """Our verdicts, in this process."""
    # The others have loaded their libraries before their clock runs; a limit loads the last of ours.
    for module in pkgutil.walk_packages(grader.maths.__path__, "grader.maths."):
        importlib.import_module(module.name)
    decide_pair(Pair("warm", r"\lim_{x \to 0} \frac{\sin x}{x}", "e^x", "latex", "latex", infer=True))
    for row in rows[::WARMING]:
        decide_pair(row.pair)
    wall, cpu = perf_counter(), process_time()
    with watched() as stages:
        outcomes = [decide_pair(row.pair).outcome for row in rows]
    return Run("ours", list(outcomes), perf_counter() - wall, process_time() - cpu, shares(stages))


def run_other(name: str, python: str, rows: list[Row]) -> Run:
    """The verdicts of another program, in a process of its own; it warms up with the same pairs as ours.

    Raises:
        CalledProcessError: it cannot be started there.
    """
    warming = rows[::WARMING]
    lines = "\n".join(json.dumps({**row.pair._asdict(), "id": row.pair.key}) for row in (*warming, *rows))
    command = [python, "-W", "ignore", str(HERE / "others.py"), name]
    done = subprocess.run(  # noqa: S603 - our own script
        command, input=lines, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True
    )
    said = [json.loads(line) for line in done.stdout.splitlines() if line.startswith('{"id"')][len(warming) :]
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
        runs = [run_ours(latex)]
        if chosen.math_verify:
            runs.append(run_other("math-verify", chosen.math_verify, latex))
        else:
            print("Math-Verify is left out: name an interpreter that has it with --math-verify PYTHON")
        print_runs("LaTeX", latex, runs)
    if python:
        print_runs("Python", python, [run_ours(python), run_other("sympy", sys.executable, python)])


if __name__ == "__main__":
    main()
