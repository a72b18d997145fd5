"""Where the time of a decision goes: reading, shapes, evaluation, or the rest, by looking often.

A clock of CPU time interrupts the program every millisecond; the innermost function that belongs to a stage
gets that millisecond. The program runs at its own speed, which a profiler that counts calls would change.
"""

from __future__ import annotations

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

STAGES: Final = ("reading", "shapes", "evaluation", "rest")
_MATHS: Final = str(Path("grader", "maths"))
_PRINTERS: Final = {"text", "mathml", "tex"}
_OF_STAGE: Final = {
    "names": "reading",
    **dict.fromkeys(("shapes", "call_shapes", "shape_words"), "shapes"),
    **dict.fromkeys(
        ("evaluate", "exact", "balls", "field", "rationals", "sample", "numbers", "tolerance"), "evaluation"
    ),
}
_INTERVAL_S: Final = 0.001


def stage_of(filename: str) -> str | None:
    """The stage that a source file belongs to; None for a file that serves whoever calls it."""
    path = Path(filename)
    if "notation" in path.parts and _MATHS in filename:
        return "rest" if path.stem in _PRINTERS else "reading"
    return _OF_STAGE.get(path.stem) if _MATHS in filename else None


@contextmanager
def watched() -> Iterator[Counter[str]]:
    """Counts milliseconds of CPU by stage while the block runs; in the main thread only."""
    counts: Counter[str] = Counter()
    known: dict[str, str | None] = {}

    def look(_: int, frame: FrameType | None) -> None:
        while frame is not None:
            name = frame.f_code.co_filename
            if name not in known:
                known[name] = stage_of(name)
            if (stage := known[name]) is not None:
                counts[stage] += 1
                return
            frame = frame.f_back
        counts["rest"] += 1

    before = signal.signal(signal.SIGPROF, look)
    signal.setitimer(signal.ITIMER_PROF, _INTERVAL_S, _INTERVAL_S)
    try:
        yield counts
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def shares(counts: Counter[str]) -> str:
    """The stages in percent of the time, in one line."""
    total = max(counts.total(), 1)
    return ", ".join(f"{name} {100 * counts[name] / total:.0f} %" for name in STAGES)
