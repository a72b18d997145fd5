"""What each isolation does not stop, why one is not to be had on a machine, and what to do about it."""

from __future__ import annotations

import errno
import os
import platform
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

WEAKER: Final = {
    "namespaces": "",
    "bubblewrap": "",
    "reduced": (
        "student code can find out which files there are, and may use more disk and memory than its limits "
        "for as long as the watchdog does not look (it looks 20 times a second)"
    ),
    "unsafe": (
        "student code can read and change every file of this user, reach the network, and read and end other "
        "programs"
    ),
}
_ENGINE: Final = (
    "docker run --network none --read-only --cap-drop ALL --security-opt no-new-privileges --pids-limit 64 "
    "--memory 1g --user 65534 --tmpfs /tmp:size=64m"
)


def refusal(isolation: str, told: dict[str, Any]) -> str:
    """Why an isolation is not to be had, from what the parent of the runs said, and the remedy."""
    step = told.get("failed", "its start")
    number: int = told.get("errno") or 0
    name = f" ({errno.errorcode[number]})" if number in errno.errorcode else ""
    said = told.get("said", "it ended without a word")
    remedy = "\n".join(f"  - {line}" for line in remedies(isolation))
    return (
        f"the isolation {isolation!r} is not to be had here: {step} failed{name}: {said}\n{remedy}".rstrip()
    )


def remedies(isolation: str) -> Iterator[str]:
    """What can be done on this machine, the likeliest first."""
    if sys.platform != "linux":
        where = "WSL2" if sys.platform == "win32" else "a Linux virtual machine"
        yield f"Only Linux can isolate student code. Grade in {where}, on a Linux server, or in a container:"
        yield _ENGINE
        return
    if isolation == "bubblewrap":
        if shutil.which("bwrap") is None:
            yield _install()
        return
    if _setting("user/max_user_namespaces") == "0":
        yield "User namespaces are switched off: sysctl -w user.max_user_namespaces=10000"
    if _setting("kernel/unprivileged_userns_clone") == "0":
        yield "Only root may make user namespaces: sysctl -w kernel.unprivileged_userns_clone=1"
    if _setting("kernel/apparmor_restrict_unprivileged_userns") == "1":
        yield "AppArmor keeps programs from user namespaces (Ubuntu 23.10 and later). Either"
        yield "let bubblewrap do it, which has a profile there: apt install bubblewrap apparmor-profiles; or"
        yield "for all programs: sysctl -w kernel.apparmor_restrict_unprivileged_userns=0"
    if in_container():
        yield "This is a container, whose engine forbids namespaces. Run the grader on the host, or start the"
        yield "container with --security-opt seccomp=unconfined --security-opt systempaths=unconfined"
        yield "--security-opt apparmor=unconfined (its walls are weaker then, those of the runs stay)."
    if _kernel() < (5, 13):
        yield f"Linux {platform.release()} is too old: 5.13 or newer is needed."
    if shutil.which("bwrap") is None:
        yield _install()


def in_container() -> bool:
    """Whether this process runs in a container of Docker, Podman or the like."""
    marks = ("/.dockerenv", "/run/.containerenv")
    return any(os.path.exists(mark) for mark in marks) or "container" in os.environ


def _install() -> str:
    return "Install bubblewrap: apt install bubblewrap (Debian, Ubuntu), dnf install bubblewrap (Fedora)."


def _kernel() -> tuple[int, ...]:
    numbers = platform.release().split("-")[0].split(".")
    return tuple(int(one) for one in numbers[:2] if one.isdecimal())


def _setting(name: str) -> str:
    try:
        return Path(f"/proc/sys/{name}").read_text("ascii").strip()
    except OSError:
        return ""
