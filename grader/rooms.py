"""A room whose modules are found by the names of their files: what is there, and the nearest name."""

from __future__ import annotations

import importlib
import os
from collections.abc import Sequence
from types import ModuleType

from grader.errors import StaffError


def names(folder: str) -> tuple[str, ...]:
    """The modules in a folder, sorted; files that start with an underscore are none of the room's own."""
    try:
        files = os.listdir(folder)  # noqa: PTH208 - pathlib and pkgutil take longer to load than a check
    except NotADirectoryError:  # inside a zip
        import pkgutil

        files = [f"{module.name}.py" for module in pkgutil.iter_modules([folder])]
    return tuple(sorted(name[:-3] for name in files if name.endswith(".py") and not name.startswith("_")))


def load(room: str, name: str, known: Sequence[str], what: str) -> ModuleType:
    """The module of a room, such as `grader.checks`; `what` is what one of its modules is called.

    Raises:
        StaffError: there is none of this name, with the nearest one.
    """
    if name not in known:
        from difflib import get_close_matches

        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(known)}"
        raise StaffError(f"there is no {what} {name!r}; {hint}")
    return importlib.import_module(f"{room}.{name}")
