"""Which folders of the machine a run may read: the interpreter, its packages, the system's libraries.

Never the folder of a course, a home, or what is below /etc but a few files with nothing secret in them.
"""

from __future__ import annotations

import os
import sys
import sysconfig
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

DEVICES: Final = ("/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom")
"""The devices that a run finds."""
FOLDER: Final = "/tmp/work"
"""The folder that a run starts in, where it has a file system of its own."""

_SYSTEM: Final = (
    "/usr/lib",
    "/usr/lib64",
    "/usr/lib32",
    "/usr/bin",
    "/usr/share/zoneinfo",
    "/usr/share/fonts",
)
_LINKED: Final = ("/lib", "/lib64", "/bin")
_FILES: Final = ("/etc/ld.so.cache", "/etc/localtime", "/etc/alternatives", "/etc/mime.types")


class Places(NamedTuple):
    """What a run may read: `paths` as they are, `links` as (name, target), and where modules come from."""

    paths: tuple[str, ...]
    links: tuple[tuple[str, str], ...]
    modules: tuple[str, ...]


def of_this_interpreter(more: Iterable[str] = ()) -> Places:
    """What student code may read when it runs with the interpreter and packages that run the grader."""
    packages = [entry for entry in sys.path if Path(entry).name in {"site-packages", "dist-packages"}]
    standard = [sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")]
    zipped = [entry for entry in sys.path if entry.endswith(".zip")]
    dynamic = [entry for entry in sys.path if Path(entry).name == "lib-dynload"]
    wanted = [*more, *_SYSTEM, *_FILES, *packages, *standard, *dynamic]
    for prefix in {sys.base_prefix, sys.prefix}:
        wanted += [f"{prefix}/lib", f"{prefix}/lib64", f"{prefix}/bin", f"{prefix}/pyvenv.cfg"]
    wanted.append(str(Path(__file__).parent))
    links = []
    for name in _LINKED:
        if Path(name).is_symlink():
            links.append((name, str(Path(name).readlink())))
        else:
            wanted.append(name)
    modules = dict.fromkeys([*zipped, *standard, *dynamic, *packages])
    return Places(tuple(_outermost(wanted)), tuple(links), tuple(modules))


def _outermost(paths: Iterable[str]) -> list[str]:
    """The paths that exist, without those that lie below another one."""
    real = sorted({os.path.normpath(path) for path in paths if Path(path).exists()})
    # A path through a symbolic link (a /usr/lib64 that is a link, say) stands for where it leads.
    kept: list[str] = []
    for path in real:
        if not kept or not Path(path).is_relative_to(kept[-1]):
            kept.append(path)
    return kept


def closed_to_others(paths: Iterable[str]) -> list[str]:
    """The folders on the way to the paths that not everybody may enter, the outermost of each way."""
    closed: dict[str, None] = {}
    for path in paths:
        for folder in reversed(Path(path).parents):
            if not folder.stat().st_mode & 0o001:
                closed[str(folder)] = None
                break
    return list(closed)
