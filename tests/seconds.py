"""How long something takes, told apart from what the rest of a long session of tests costs."""

from __future__ import annotations

from collections.abc import Callable
from time import process_time


def cpu_s(act: Callable[[], object]) -> float:
    """Seconds of CPU, the least of two tries: all the garbage of a session may be collected during one."""
    tries = []
    for _ in range(2):
        start = process_time()
        act()
        tries.append(process_time() - start)
        if tries[-1] < 0.1:
            break
    return min(tries)
