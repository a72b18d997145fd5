"""Throws broken and odd formulas at every reader and at the decision, and prints what should not happen.

    python benchmarks/fuzz.py SECONDS [--seed N] [--seeds FOLDER] [--out FILE] [--again FILE]

A finding is any exception but StudentError, any run above a second, a process that ended or does not answer,
a formula that differs from itself, and a pair that is same one way round and different the other. Each is
made smaller and told once, with its trace; --again tries the findings of an earlier run. The texts are real
answers with random edits, guided by nothing (fuzz_atheris.py is guided); the seed makes a run repeatable.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import sys
import traceback
from collections.abc import Callable, Iterator
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from time import monotonic, process_time
from typing import Final, NamedTuple

from mutations import SEEDS, mutated, smaller

from grader.errors import StudentError
from grader.types import Notation

SLOW_S: Final = 1.0
DEAD_S: Final = 8.0
MEMORY: Final = 4 * 2**30
NOTATIONS: Final[tuple[Notation, ...]] = ("plain", "latex", "python")
DECLARED: Final[dict[str, object]] = {
    "X": {"matrix": ["n", "d"]},
    "A": {"matrix": ["n", "n"]},
    "a": {"vector": "n"},
    "w": {"vector": "d"},
    "x": {"scalar": "real"},
    "p": {"scalar": "positive"},
    "k": {"scalar": "integer"},
    "z": {"scalar": "complex"},
    "sigma": {"function": "elementwise", "is": "logistic"},
    "g": {"function": "elementwise"},
}


class Case(NamedTuple):
    """Two texts and how they are read; `open` lets names that nobody declared pass."""

    left: str
    right: str
    notation: Notation
    open: bool


class Finding(NamedTuple):
    """What went wrong: `kind` is the same for all inputs that fail in the same place."""

    kind: str
    case: Case
    trace: str = ""
    seconds: float = 0.0


def attempt(case: Case, *, reading_only: bool = False) -> Finding | None:
    """Reads both texts, writes them, decides unless `reading_only`; None where all went as it should."""
    start = process_time()
    try:
        wrong = _attempt(case, reading_only)
    except StudentError:
        wrong = ""
    except (Exception, RecursionError, MemoryError) as error:
        return Finding(_kind(error), case, _trace(error), process_time() - start)
    spent = process_time() - start
    if wrong:
        return Finding(wrong, case, seconds=spent)
    return Finding("slow", case, seconds=spent) if spent > SLOW_S else None


def _attempt(case: Case, reading_only: bool) -> str:
    from grader.maths.names import NONE, declare, open_symbols
    from grader.maths.notation import read, to_latex, to_mathml, to_text
    from grader.maths.sameness.decide import decide

    declared = NONE if case.open else declare(DECLARED, [{"n": 3, "d": 5}])
    left = read(case.left, declared, case.notation, undeclared=case.open)
    for write in (to_text, to_latex, to_mathml):
        write(left)
    try:
        right = read(case.right, declared, case.notation, undeclared=case.open)
    except StudentError:
        right = left
    if reading_only:
        return ""
    symbols = open_symbols([left, right], declared) if case.open else declared
    there, back = decide(left, right, symbols).outcome, decide(right, left, symbols).outcome
    if {there, back} == {"same", "different"}:
        return "same one way round, different the other"
    if left == right and there == "different":
        return "different from itself"
    return ""


def _kind(error: BaseException) -> str:
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if "grader" in frame.filename]
    where = frames[-1] if frames else traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} in {Path(where.filename).name}:{where.name}"


def _trace(error: BaseException) -> str:
    lines = traceback.format_exception(error)
    return "".join(lines if len(lines) < 12 else [*lines[:4], "  ...\n", *lines[-7:]])


# --- the process in which it is tried ----------------------------------------------------------------


class Desk:
    """One process that tries cases; a new one takes its place when it ended or does not answer."""

    def __init__(self) -> None:
        self._start()

    def _start(self) -> None:
        context = get_context("spawn")
        self.here, there = context.Pipe()
        self.process = context.Process(target=_try_those_sent, args=(there,), daemon=True)
        self.process.start()
        there.close()
        # Starting and loading takes its time; a case may not. A limit loads SymPy.
        self.here.send(Case(r"\lim_{x \to 0} \frac{\sin x}{x}", "e^x", "latex", True))
        if self.here.poll(120):
            self.here.recv()

    def attempt(self, case: Case) -> Finding | None:
        """As `attempt`, and a finding where the process ends or hangs."""
        self.here.send(case)
        try:
            if self.here.poll(DEAD_S):
                found: Finding | None = self.here.recv()
                return found
            kind = f"no answer within {DEAD_S:.0f} s"
        except EOFError:
            kind = "the process ended"
        self.process.kill()
        self._start()
        return Finding(kind, case, seconds=DEAD_S)


def _try_those_sent(pipe: Connection) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    while True:
        try:
            case = pipe.recv()
        except EOFError:
            return
        pipe.send(attempt(case))


# --- the run -----------------------------------------------------------------------------------------


def minimised(found: Finding, attempt_one: Callable[[Case], Finding | None], budget_s: float = 30) -> Finding:
    """The smallest input found within the budget that fails in the same way."""
    until = monotonic() + budget_s
    best, progress = found, True
    while progress and monotonic() < until:
        progress = False
        for case in _smaller_cases(best.case):
            if monotonic() > until:
                break
            again = attempt_one(case)
            if again is not None and again.kind == best.kind:
                best, progress = again, True
                break
    return best


def _smaller_cases(case: Case) -> Iterator[Case]:
    if case.right != case.left:
        yield case._replace(right=case.left)
        yield case._replace(left=case.right)
        yield from (case._replace(right=text) for text in smaller(case.right))
        yield from (case._replace(left=text) for text in smaller(case.left))
    else:
        yield from (case._replace(left=text, right=text) for text in smaller(case.left))


def cases(draw: random.Random, seeds: dict[Notation, list[str]]) -> Iterator[Case]:
    """Random cases without end: a real answer and an edit of it, or two edits."""
    while True:
        notation = draw.choice(NOTATIONS)
        one = draw.choice(seeds[notation])
        edits = draw.choice((0, 1, 1, 2, 3, 5, 8))
        left = mutated(one, draw, seeds[notation], edits)
        other = draw.choice(seeds[notation])
        right = draw.choice((left, one, mutated(left, draw, seeds[notation], 1), other))
        yield Case(left, right, notation, draw.random() < 0.6)


def read_seeds(folder: Path | None) -> dict[Notation, list[str]]:
    """The built-in formulas, and those of a folder of answer pairs."""
    seeds: dict[Notation, list[str]] = {notation: list(SEEDS[notation]) for notation in NOTATIONS}
    if folder is not None:
        from rows import read_rows

        for row in read_rows(folder):
            seeds[row.pair.notation].append(row.pair.answer)
            seeds[row.pair.reference_notation].append(row.pair.reference)
    return seeds


def report(found: Finding, out: Path | None) -> None:
    """Prints a finding and adds it to a file, one JSON object in a line."""
    case = found.case
    names = "open names" if case.open else "declared names"
    print(f"\n{found.kind} ({found.seconds:.2f} s)\n  {case.notation}, {names}")
    for text in dict.fromkeys((case.left, case.right)):
        print(f"  {text[:600]!r}" + (f" ... {len(text):,} characters" if len(text) > 600 else ""))
    print("".join(f"    {line}\n" for line in found.trace.splitlines()), end="", flush=True)
    if out is not None:
        with out.open("a", encoding="utf-8") as file:
            said = {"kind": found.kind, **case._asdict(), "seconds": found.seconds, "trace": found.trace}
            file.write(json.dumps(said, ensure_ascii=True) + "\n")


def run(seconds: float, seed: int, seeds: dict[Notation, list[str]], out: Path | None) -> int:
    """Tries cases for so many seconds; returns how many kinds of findings there were."""
    desk, known, tried = Desk(), set[str](), 0
    until = monotonic() + seconds
    for case in cases(random.Random(seed), seeds):  # noqa: S311 - no secret, only choices
        if monotonic() > until:
            break
        tried += 1
        found = desk.attempt(case)
        if found is not None and found.kind not in known:
            known.add(found.kind)
            report(minimised(found, desk.attempt), out)
    desk.process.kill()
    print(f"\n{tried:,} cases tried with seed {seed}, {len(known)} kinds of findings")
    return len(known)


def again(path: Path) -> int:
    """Tries the findings of an earlier run; returns how many are still there."""
    desk, left = Desk(), 0
    for line in path.read_text("utf-8").splitlines():
        row = json.loads(line)
        case = Case(row["left"], row["right"], row["notation"], row["open"])
        found = desk.attempt(case)
        left += found is not None
        print(f"{'still' if found else 'fixed'}: {row['kind']}: {case.left[:80]!r} ~ {case.right[:80]!r}")
    desk.process.kill()
    return left


def main() -> None:
    """Runs, and ends with 1 if anything was found."""
    options = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    options.add_argument("seconds", type=float)
    options.add_argument("--seed", type=int, default=413)
    options.add_argument("--seeds", type=Path, metavar="FOLDER", help="a folder of answer pairs (*.jsonl)")
    options.add_argument("--out", type=Path, metavar="FILE", help="where findings are added, as JSON lines")
    options.add_argument("--again", type=Path, metavar="FILE", help="only try these findings again")
    chosen = options.parse_args()
    if chosen.again:
        sys.exit(1 if again(chosen.again) else 0)
    sys.exit(1 if run(chosen.seconds, chosen.seed, read_seeds(chosen.seeds), chosen.out) else 0)


if __name__ == "__main__":
    main()
