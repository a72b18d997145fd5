"""Lets atheris choose the texts for the readers and the decision, guided by the branches that they reach.

    python benchmarks/fuzz_atheris.py MINUTES [--corpus FOLDER] [--out FILE] [--portion SECONDS] [--seed N]

Needs atheris (`pip install atheris`), which is not needed by the grader. The time is spent in portions, each
a process of its own: one that crashes or hangs costs its portion only, and the next goes on from the corpus,
the folder of inputs that reached something new. What counts as a finding is told in fuzz.py, which tries the
findings once more with `--again FILE`.

The first byte of an input says how the rest is read: the notation, whether names need declaring, and whether
the two lines are compared or only read.
"""

from __future__ import annotations

import argparse
import importlib
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from time import monotonic
from typing import Any, Final

import fuzz

MOST_CHARACTERS: Final = 200
DEAD_S: Final = 30
_MODULES: Final = ("notation", "notation.latex", "notation.plain", "notation.python", "sameness.decide")


def case_of(data: bytes) -> tuple[fuzz.Case, bool]:
    """What an input stands for, and whether it is compared.

    >>> case_of(bytes([1]) + b"x + 1")[0].notation
    'latex'
    """
    head, text = data[:1] or b"\0", data[1:].decode("utf-8", "replace")
    left, _, right = text.partition("\n")
    case = fuzz.Case(left, right or left, fuzz.NOTATIONS[head[0] % 3], head[0] // 3 % 2 == 0)
    return case, head[0] // 6 % 2 == 0


def bytes_of(case: fuzz.Case, *, compared: bool) -> bytes:
    """The input that stands for a case.

    >>> case_of(bytes_of(fuzz.Case("x", "y", "python", False), compared=True))
    (Case(left='x', right='y', notation='python', open=False), True)
    """
    head = fuzz.NOTATIONS.index(case.notation) + 3 * (not case.open) + 6 * (not compared)
    return bytes([head]) + f"{case.left}\n{case.right}".encode("utf-8", "replace")


def attempt(data: bytes) -> fuzz.Finding | None:
    """Tries one input; None where all went as it should."""
    case, compared = case_of(data)
    if compared:
        return fuzz.attempt(case)
    return fuzz.attempt(case, reading_only=True)


def portion(seconds: int, seed: int, corpus: Path, out: Path) -> None:
    """Tries inputs in this process for so long, and ends it; each finding is added to a file once."""
    atheris: Any = importlib.import_module("atheris")
    with atheris.instrument_imports(include=["grader.maths"]):
        for name in _MODULES:
            importlib.import_module(f"grader.maths.{name}")
    known = (
        {json.loads(line)["kind"] for line in out.read_text("utf-8").splitlines()} if out.exists() else set()
    )

    def test_one_input(data: bytes) -> None:
        found = attempt(data)
        if found is not None and found.kind not in known:
            known.add(found.kind)
            fuzz.report(fuzz.minimised(found, fuzz.attempt, 10), out)

    limits = [f"-max_total_time={seconds}", f"-seed={seed}", f"-max_len={MOST_CHARACTERS}"]
    limits += [f"-timeout={DEAD_S}", "-rss_limit_mb=4096", "-print_final_stats=1", "-verbosity=0"]
    atheris.Setup([sys.argv[0], *limits, f"-artifact_prefix={out.parent}/", str(corpus)], test_one_input)
    atheris.Fuzz()


def sow(corpus: Path) -> None:
    """Puts the seeds into the folder, each as it is read and as it is compared."""
    corpus.mkdir(parents=True, exist_ok=True)
    for notation, texts in fuzz.read_seeds(None).items():
        for number, text in enumerate(texts):
            for names_are_open in (True, False):
                case = fuzz.Case(
                    text, texts[number - 1] if names_are_open else text, notation, names_are_open
                )
                name = f"seed-{notation}-{number}-{'open' if names_are_open else 'declared'}"
                (corpus / name).write_bytes(bytes_of(case, compared=True))


def run(minutes: float, each_s: int, seed: int, corpus: Path, out: Path) -> int:
    """Spends the time in portions; returns how many ended otherwise than by their time."""
    until, ended, number = monotonic() + 60 * minutes, 0, 0
    while (left := until - monotonic()) > 1:
        seconds = str(max(1, min(each_s, round(left))))
        folders = ["--corpus", str(corpus), "--out", str(out)]
        command = [sys.executable, __file__, seconds, *folders, "--seed", str(seed + number), "--here"]
        done = subprocess.run(command, stderr=subprocess.PIPE, text=True, errors="replace", check=False)  # noqa: S603
        said = [line for line in done.stderr.splitlines() if "number_of_executed_units" in line]
        if done.returncode != 0:
            ended += 1
            print(done.stderr[-3000:], flush=True)
        print(f"portion {number}, {seconds} s, code {done.returncode}: {' '.join(said)}", flush=True)
        number += 1
    return ended


def main() -> None:
    """Runs, and ends with 1 if a portion crashed or anything was found."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("minutes", type=float)
    options.add_argument("--corpus", type=Path, metavar="FOLDER", help="kept from one run to the next")
    options.add_argument("--out", type=Path, metavar="FILE", help="where findings are added, as JSON lines")
    options.add_argument("--portion", type=int, default=120, metavar="SECONDS")
    options.add_argument("--seed", type=int, default=413)
    options.add_argument("--here", action="store_true", help="one portion of so many seconds in this process")
    chosen = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        corpus = chosen.corpus or Path(folder) / "corpus"
        out = chosen.out or Path(folder) / "findings.jsonl"
        if chosen.here:
            portion(round(chosen.minutes), chosen.seed, corpus, out)
        sow(corpus)
        ended = run(chosen.minutes, chosen.portion, chosen.seed, corpus, out)
        sys.exit(1 if ended or out.exists() else 0)


if __name__ == "__main__":
    main()
