"""Digests of the program itself, of what reads answers and what judges them: a new program is noticed."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path
from typing import Final

import grader

JUDGING: Final = (
    *("amounts", "checks", "conventions", "follow", "marking", "maths", "options", "reference", "sandbox"),
    *("readings", "types"),
)
READING: Final = (
    "documents",
    "extract",
    "files",
    "grading",
    "groups",
    "rubric",
    "sheet",
    "sources",
    "yamltext",
)


@cache
def digest(rooms: tuple[str, ...] = JUDGING + READING) -> str:
    """A digest of the code in some rooms (modules or packages) of the program."""
    root = Path(grader.__file__).parent
    whole = hashlib.sha256(grader.__version__.encode())
    for room in rooms:
        module = root / f"{room}.py"
        for path in [module] if module.is_file() else sorted((root / room).rglob("*.py")):
            whole.update(path.relative_to(root).as_posix().encode() + b"\0")
            whole.update(hashlib.sha256(path.read_bytes()).digest())
    return whole.hexdigest()
