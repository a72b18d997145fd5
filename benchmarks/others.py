"""Decides pairs with another program, for versus.py: `python others.py math-verify|sympy < PAIRS > VERDICTS`.

Runs in whatever Python has that program, so it imports nothing of the grader. SymPy evaluates the text it is
given: only the trusted corpora may come here. A row in is JSON with reference, answer and their notations; a
row out has outcome (same, different, or what went wrong) and the seconds it took.
"""

from __future__ import annotations

import importlib
import json
import signal
import sys
from collections.abc import Callable, Mapping
from time import perf_counter, process_time
from types import FrameType
from typing import Any, Final

LIMIT_S: Final = 5
Decide = Callable[[Mapping[str, str]], bool]


class TooLate(Exception):
    """A pair took longer than the limit."""


def math_verify() -> Decide:
    """Math-Verify as its own documentation uses it; a reference in Python is printed as LaTeX first."""
    library: Any = importlib.import_module("math_verify")
    cas: Any = importlib.import_module("sympy")
    wanted = [library.LatexExtractionConfig(), library.ExprExtractionConfig()]

    def decide(row: Mapping[str, str]) -> bool:
        reference = row["reference"]
        if row["reference_notation"] != "latex":
            reference = cas.latex(cas.sympify(reference, evaluate=False))
        gold = library.parse(_in_dollars(reference), extraction_config=wanted)
        got = library.parse(_in_dollars(row["answer"]), extraction_config=wanted)
        if not gold or not got:
            raise ValueError("nothing was read")
        return bool(library.verify(gold, got))

    return decide


def _in_dollars(text: str) -> str:
    return text if any(mark in text for mark in ("$", "\\[", "\\(", "\\boxed")) else f"${text}$"


def sympy() -> Decide:
    """SymPy's `simplify(a - b) == 0`; what has no difference (equations, sets) is simplified and compared."""
    library: Any = importlib.import_module("sympy")

    def decide(row: Mapping[str, str]) -> bool:
        reference, answer = library.sympify(row["reference"]), library.sympify(row["answer"])
        try:
            difference = library.simplify(reference - answer)
        except (TypeError, AttributeError):
            return bool(library.simplify(reference) == library.simplify(answer))
        return bool(difference == 0 or getattr(difference, "is_zero_matrix", False))

    return decide


def _ring(_: int, __: FrameType | None) -> None:
    raise TooLate


def main() -> None:
    """Answers every row that comes in, in order."""
    decide = {"math-verify": math_verify, "sympy": sympy}[sys.argv[1]]()
    with_limit = signal.signal(signal.SIGALRM, _ring)
    for line in iter(sys.stdin.readline, ""):
        row = json.loads(line)
        wall, cpu = perf_counter(), process_time()
        try:
            signal.setitimer(signal.ITIMER_REAL, LIMIT_S)
            outcome = "same" if decide(row) else "different"
        except TooLate:
            outcome = "too late"
        except Exception as error:
            outcome = f"failed: {type(error).__name__}"
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        said = {
            "id": row["id"],
            "outcome": outcome,
            "wall": perf_counter() - wall,
            "cpu": process_time() - cpu,
        }
        print(json.dumps(said), flush=True)
    signal.signal(signal.SIGALRM, with_limit)


if __name__ == "__main__":
    main()
