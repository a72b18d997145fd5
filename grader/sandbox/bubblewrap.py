"""The command line of bubblewrap for one run: the same rooms as ours, built by another program."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from grader.sandbox.limits import Limits
from grader.sandbox.places import DEVICES, FOLDER, Places

PROGRAM: Final = "bwrap"
_MIB: Final = 1 << 20


def command(
    places: Places,
    limits: Limits,
    environment: Mapping[str, str],
    *,
    files: Mapping[str, int],
    root: bool,
    user: int,
) -> list[str]:
    """What to put before the command of a run. `files` are descriptors of what stands in small files.

    As root no user namespace is made, for the interpreter may lie where only root may go: the run itself
    changes to a user that owns nothing.
    """
    words = [PROGRAM, "--unshare-pid", "--unshare-net", "--unshare-ipc", "--unshare-uts"]
    words += [
        "--unshare-cgroup-try",
        "--as-pid-1",
        "--die-with-parent",
        "--hostname",
        "sandbox",
        "--clearenv",
    ]
    if root:
        words += ["--cap-drop", "ALL"]
        for capability in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):
            words += ["--cap-add", capability]
    else:
        words += ["--unshare-user", "--uid", str(user), "--gid", str(user)]
    for name, value in environment.items():
        words += ["--setenv", name, value]
    # Before the rest, some of which may lie below it. Without a size it could fill the machine's memory.
    words += ["--perms", "1777", "--size", str(limits.scratch_mib * _MIB), "--tmpfs", "/tmp"]
    # Made on the way to something else, folders would be closed to all but root.
    made = (*places.paths, *DEVICES, *files)
    for folder in sorted({str(parent) for path in made for parent in Path(path).parents} - {"/", "/tmp"}):
        words += ["--perms", "0755", "--dir", folder]
    for path in places.paths:
        words += ["--ro-bind", path, path]
    for name, target in places.links:
        words += ["--symlink", target, name]
    for device in DEVICES:
        words += ["--dev-bind", device, device]
    for name, fd in files.items():
        words += ["--ro-bind-data", str(fd), name]
    words += ["--symlink", "/tmp/.shm", "/dev/shm", "--symlink", "/proc/self/fd", "/dev/fd"]
    words += ["--perms", "1777", "--dir", "/tmp/.shm", "--perms", "1777", "--dir", FOLDER]
    return [*words, "--proc", "/proc", "--remount-ro", "/", "--chdir", "/", "--"]
