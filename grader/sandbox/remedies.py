"""What each isolation does not stop, why one is not to be had on a machine, and what to do about it."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any, Final

WEAKER: Final = {
    "namespaces": "",
    "bubblewrap": "",
    "reduced": (
        "the names of files on this machine can be found out, and the memory and disk of a run are watched "
        "instead of walled off"
    ),
    "unsafe": "student code can read and change every file, reach the network and end other programs",
}


def refusal(isolation: str, told: dict[str, Any]) -> str:
    """Why an isolation is not to be had, from what the parent of the runs said, and the remedy."""
    step = told.get("failed", "start")
    number = told.get("errno")
    name = errno.errorcode.get(number, "") if isinstance(number, int) else ""
    said = told.get("said", "it ended without a word")
    return (
        f"student code cannot be isolated here with {isolation!r}: {step} failed"
        f"{f' ({name})' if name else ''}: {said}\n{remedy()}"
    )


def remedy() -> str:
    """What to do on this machine."""
    return ""


def _read(path: str) -> str:
    try:
        return Path(path).read_text("ascii").strip()
    except OSError:
        return ""


__all__ = ["WEAKER", "os", "refusal", "remedy"]
