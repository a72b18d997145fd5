"""Starts Python as an ordinary user, also where the interpreter lies in a folder of root's own."""

from __future__ import annotations

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from grader.sandbox import places, zygote  # noqa: E402

# Nobody else's: how many processes a user may have is counted for all of them together.
USER = 1_200_000 + os.getpid() % 100_000


def main() -> None:
    """Becomes somebody and goes on."""
    paths = [*places.of_this_interpreter().paths, str(ROOT)]
    if closed := places.closed_to_others(paths):
        zygote._open_the_way({"closed": closed, "places": {"paths": paths}})
    os.setgroups([])
    os.setresgid(USER, USER, USER)
    os.setresuid(USER, USER, USER)
    os.chdir("/")
    os.execv(sys.executable, [sys.executable, *sys.argv[1:]])


if __name__ == "__main__":
    main()
