"""What the sandbox adds to a notebook: beside the same cells run bare, and nbclient with ipykernel.

    python benchmarks/sandbox.py [--nbclient PYTHON] [--notebooks 500] [--isolation namespaces]

The notebook has 15 cells, uses NumPy and draws one figure. PYTHON is an interpreter that has nbclient,
ipykernel, NumPy and Matplotlib; without it that comparison is left out. What is added is the median, over
pairs that were run one right after the other, of the difference.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import resource
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep
from typing import Final

from grader.sandbox import inside, pictures
from grader.sandbox import run as running
from grader.sandbox.jobs import Cell, Job
from grader.sandbox.launch import LATER, WARM, Isolation, Sandbox
from grader.sandbox.limits import Limits
from grader.sandbox.starters import ENVIRONMENT

CELLS: Final = (
    "import numpy as np\nimport matplotlib.pyplot as plt",
    "rng = np.random.default_rng(0)",
    "X = rng.normal(size=(200, 5))",
    "w = np.arange(1.0, 6.0)",
    "t = X @ w + 0.1 * rng.normal(size=200)",
    "def loss(w):\n    return ((X @ w - t) ** 2).mean()",
    "def gradient(w):\n    return 2 / len(t) * X.T @ (X @ w - t)",
    "losses = []\nv = np.zeros(5)",
    "for _ in range(200):\n    losses.append(loss(v))\n    v -= 0.1 * gradient(v)",
    "v",
    "np.linalg.lstsq(X, t, rcond=None)[0]",
    "hessian = 2 / len(t) * X.T @ X\nnp.linalg.eigvalsh(hessian)",
    "plt.plot(losses)\nplt.yscale('log')\nplt.xlabel('step')\nplt.show()",
    "print(f'{losses[0]:.3f} -> {losses[-1]:.3f}')",
    "J = np.outer(v, v)\nJ.shape",
)
JOB: Final = Job(tuple(Cell(number, source) for number, source in enumerate(CELLS, 1)), variables=("J", "v"))
_PROCESSES: Final = (
    "the grader: asking, reading results",
    "the warm parent: forking",
    "the student's process: walls and cells",
    "the porter: forking",
    "the supervisor: room, watching",
)
_NBCLIENT: Final = """
import json, sys, time
import nbformat
from nbclient import NotebookClient
cells = json.loads(sys.stdin.readline())
times = []
for _ in range(int(sys.argv[1])):
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(one) for one in cells])
    begun = time.perf_counter()
    NotebookClient(book, timeout=120, kernel_name="python3").execute()
    times.append(time.perf_counter() - begun)
print(json.dumps(times))
"""


def bare_s(times: int) -> list[float]:
    """Seconds of the cells in a warm process that forks for each notebook, with nothing around it.

    The fork is part of neither: it is what keeps one notebook's names from the next. What is measured is the
    work that any way of running has to do.
    """
    request = running.encode(JOB)
    found = []
    for _ in range(times):
        reading, writing = os.pipe()
        if os.fork() == 0:
            # A session of its own, as a run has: on a busy machine each session gets the same share.
            os.setsid()
            begun = perf_counter()
            null = os.open(os.devnull, os.O_WRONLY)
            inside.perform(request, null)
            os.write(writing, str(perf_counter() - begun).encode())
            os._exit(0)
        os.close(writing)
        found.append(float(os.read(reading, 100)))
        os.close(reading)
        os.wait()
    return found


def walled_s(sandbox: Sandbox, times: int) -> list[float]:
    """Seconds of each notebook, from the request to the values read."""
    found = []
    for _ in range(times):
        begun = perf_counter()
        ran = running.run(sandbox, JOB)
        found.append(perf_counter() - begun)
        assert ran.ended == "finished", ran.detail
        assert "J" in ran.values
    return found


def nbclient_s(python: str, times: int) -> list[float]:
    """Seconds of each notebook with nbclient and a kernel of its own."""
    done = subprocess.run(  # noqa: S603 - an interpreter that was named for this
        [python, "-c", _NBCLIENT, str(times)],
        input=json.dumps(CELLS) + "\n",
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        check=True,
    )
    found: list[float] = json.loads(done.stdout.splitlines()[-1])
    return found


def memory_mib(pids: list[int]) -> tuple[float, float]:
    """Resident and proportional MiB of some processes together."""
    resident = proportional = 0
    for pid in pids:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text("ascii").splitlines():
            resident += int(line.split()[1]) if line.startswith("Rss:") else 0
            proportional += int(line.split()[1]) if line.startswith("Pss:") else 0
    return resident / 1024, proportional / 1024


def cpu_s(pids: list[int]) -> float:
    """Seconds of computing of this process, the given ones, and all that they have waited for."""
    own, waited = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    total = sum(one.ru_utime + one.ru_stime for one in (own, waited))
    return total + sum(sum(spent_s(pid)) for pid in pids)


def spent_s(pid: int) -> tuple[float, float]:
    """Seconds of computing of a process, and of those it has waited for."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    own, waited = (sum(map(int, fields[at : at + 2])) / os.sysconf("SC_CLK_TCK") for at in (11, 13))
    return own, waited


def by_process_s(pids: list[int]) -> list[float]:
    """Seconds of computing of this process, and of those of the sandbox as `_PROCESSES` names them."""
    _, parent, porter = pids
    return [process_time(), *spent_s(parent), *spent_s(porter)]


def settled(pids: list[int]) -> None:
    """Waits until the parents have taken leave of their runs: only then is the computing of those counted."""
    # Not at once, for looking is computing too.
    sleep(0.02)
    while parents() != pids:
        sleep(0.02)


def parents() -> list[int]:
    """The processes below this one, the nearest first: who waits for the warm parent, it, and the porter."""
    found, todo = [], [os.getpid()]
    while todo:
        try:
            children = Path(f"/proc/{todo[0]}/task/{todo.pop(0)}/children").read_text("ascii").split()
        except OSError:
            continue
        found += [int(one) for one in children]
        todo += [int(one) for one in children]
    return found


def main() -> None:
    """Prints the comparison, the memory and the growth."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument(
        "--nbclient", metavar="PYTHON", help="an interpreter that has nbclient and ipykernel"
    )
    options.add_argument("--notebooks", type=int, default=500)
    options.add_argument("--isolation", default="namespaces", help="one of the sandbox's")
    options.add_argument("--times", type=int, default=50)
    chosen = options.parse_args()
    isolation: Isolation = chosen.isolation
    print(f"cores {os.cpu_count()}, load {os.getloadavg()[0]:.1f}, {sys.version.split()[0]}\n")
    begun = perf_counter()
    with Sandbox(isolation, Limits()) as sandbox:
        print(f"start of the parent: {perf_counter() - begun:.2f} s")
        pids = parents()
        resident, proportional = memory_mib(pids)
        print(f"memory of the parent: {resident:.0f} MiB resident, {proportional:.0f} MiB proportional")
        # The same is warm on either side, with the same one thread.
        os.environ.update(ENVIRONMENT)
        for name in (*WARM, *LATER):
            importlib.import_module(name)
        pictures.rehearse()
        gc.collect()
        gc.freeze()
        bare_s(3), walled_s(sandbox, 3)
        settled(pids)
        bare, walled = [], []
        bare_cpu_s = walled_cpu_s = 0.0
        share_s = [0.0] * len(_PROCESSES)
        # By turns: whatever else the machine does meets both.
        for _ in range(chosen.times):
            before = cpu_s(pids)
            bare += bare_s(1)
            between = cpu_s(pids)
            shares = by_process_s(pids) if isolation == "namespaces" else share_s
            walled += walled_s(sandbox, 1)
            settled(pids)
            bare_cpu_s += (between - before) / chosen.times
            walled_cpu_s += (cpu_s(pids) - between) / chosen.times
            if isolation == "namespaces":
                now = by_process_s(pids)
                share_s = [total + (b - a) for total, a, b in zip(share_s, shares, now, strict=True)]
        rows = [("cells alone", bare, bare_cpu_s), (f"sandbox ({isolation})", walled, walled_cpu_s)]
        added_ms = 1e3 * median(b - a for a, b in zip(bare, walled, strict=True))
        if chosen.nbclient:
            times = max(3, chosen.times // 10)
            before = cpu_s(pids)
            once = nbclient_s(chosen.nbclient, 1)
            between = cpu_s(pids)
            all_s = once + nbclient_s(chosen.nbclient, times + 1)
            rows.append(("nbclient + ipykernel", all_s, (cpu_s(pids) - 2 * between + before) / times))
        print(f"\n{'':24}{'median ms':>11}{'least ms':>11}{'CPU ms':>9}   added: least{'CPU':>9}")
        for name, times_s, cpu in rows:
            cells = f"{1e3 * median(times_s):11.1f}{1e3 * min(times_s):11.1f}{1e3 * cpu:9.1f}"
            least = 1e3 * (min(times_s) - min(bare))
            print(f"{name:24}{cells}   {least:12.1f}{1e3 * (cpu - bare_cpu_s):9.1f}")
        print(f"\nadded by the sandbox to a notebook, median of {chosen.times} pairs: {added_ms:.1f} ms")
        if chosen.nbclient:
            more_ms = 1e3 * (median(rows[2][1]) - median(bare))
            more_cpu = (rows[2][2] - bare_cpu_s) / (walled_cpu_s - bare_cpu_s)
            print(f"added by nbclient: {more_ms:.0f} ms, {more_ms / added_ms:.0f} times as much")
            print(f"the same by CPU time: {more_cpu:.0f} times as much")
        if isolation == "namespaces":
            print("\nCPU ms of a notebook, by process:")
            for name, total in zip(_PROCESSES, share_s, strict=True):
                print(f"  {name:42}{1e3 * total / chosen.times:8.1f}")
            print(f"  {'(the cells alone, with their fork':42}{1e3 * bare_cpu_s:8.1f})")
        print(f"\n{'notebooks':>10}{'s':>8}{'ms each':>10}{'grader CPU ms each':>20}{'parent MiB':>12}")
        with ThreadPoolExecutor(2) as pool:
            for number in (10, 50, chosen.notebooks):
                begun, cpu = perf_counter(), process_time()
                list(pool.map(lambda _: walled_s(sandbox, 1), range(number)))
                wall = perf_counter() - begun
                each = 1e3 * (process_time() - cpu) / number
                settled(pids)
                size = memory_mib(pids)[1]
                print(f"{number:10}{wall:8.1f}{1e3 * wall / number:10.1f}{each:20.1f}{size:12.0f}")
        resident, proportional = memory_mib(pids)
        print(f"memory of the parent afterwards: {resident:.0f} and {proportional:.0f} MiB")
        print(f"threads of this process: {threading.active_count()}, load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
