"""The file systems and namespaces of runs: the root that all of them see, and what each has for itself.

All this is done by the parent of the runs and by the supervisor of each, before any student code is there.
"""

from __future__ import annotations

import os
import socket
import stat
from typing import Any, Final

from grader.sandbox import linux
from grader.sandbox.places import DEVICES, FOLDER

WARM: Final = "/run/warm"
"""Where the parent lets a library write while it is loaded."""
_OWN: Final = linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS
# In this order: who has joined the last has no rights any more over the others.
_JOINED: Final = ("mnt", "net", "ipc", "uts", "user")
_QUIET: Final = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC


def trees(paths: list[str]) -> dict[str, int]:
    """Descriptors of what is mounted at some paths, read only, and of the devices that a run finds."""
    return {path: linux.tree(path, read_only=True) for path in paths} | {
        path: linux.tree(path, read_only=True, devices=True) for path in DEVICES
    }


def build_root(order: dict[str, Any], trees: dict[str, int]) -> None:
    """A file system in memory with the given trees, /proc, and a few small files; then it is all there is."""
    new = "/tmp"
    linux.mount("tmpfs", new, linux.MS_NOSUID | linux.MS_NODEV, "size=4m,nr_inodes=4096,mode=0755")
    for path, tree in trees.items():
        attach(tree, new + path)
    for name, target in order["places"]["links"]:
        os.symlink(target, new + name)
    for name in ("proc", "tmp", "etc", "dev", "tmp/work", WARM.removeprefix("/")):
        os.makedirs(f"{new}/{name}", exist_ok=True)
    os.symlink("/tmp/.shm", f"{new}/dev/shm")
    os.symlink("/proc/self/fd", f"{new}/dev/fd")
    for name, text in order["files"].items():
        with open(new + name, "x") as file:
            file.write(text)
    linux.mount("proc", f"{new}/proc", _QUIET)
    linux.change_root(new)
    linux.make_read_only("/", linux.MS_NOSUID | linux.MS_NODEV)


def attach(tree: int, target: str) -> None:
    """Mounts a tree at a path that is made for it."""
    if stat.S_ISDIR(os.fstat(tree).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    linux.attach(tree, target)


def below_tmp(paths: list[str]) -> list[str]:
    """The outermost folders below /tmp in which something lies that a run has to find there."""
    return sorted({"/".join(path.split("/")[:3]) for path in paths if path.startswith("/tmp/")})


def shut_in(user: int, hidden: list[str], limits: dict[str, Any]) -> None:
    """Gives this process, and what it will start, mounts, a network and names of its own; then no rights.

    `hidden` are folders below /tmp that are wanted below the new, empty /tmp too.
    """
    linux.unshare(_OWN, "unshare")
    copies = {path: linux.tree(path) for path in hidden}
    size = f"size={limits['scratch_mib']}m,nr_inodes={limits['scratch_files']},mode=0755"
    linux.mount("tmpfs", "/tmp", _QUIET, size)
    for path, tree in copies.items():
        attach(tree, path)
    os.mkdir(FOLDER)
    os.mkdir("/tmp/.shm")
    linux.mount("proc", "/proc", _QUIET)
    socket.sethostname("sandbox")
    # The mounts and the network belong to the namespace above: with all rights in its own, a run has none.
    linux.unshare(linux.CLONE_NEWUSER, "unshare user of the run")
    linux.map_user(user, user, user)
    linux.drop_capabilities()


def let_in(hand: socket.socket) -> None:
    """Hands out the namespaces of this process, so that another one can join them."""
    fds = [os.open(f"/proc/self/ns/{name}", os.O_RDONLY | os.O_CLOEXEC) for name in _JOINED]
    socket.send_fds(hand, [b"ready"], fds)
    for fd in fds:
        os.close(fd)


def join(hand: int) -> None:
    """Puts this process into the namespaces that are handed out, as soon as they are; it has no rights there.

    Raises:
        EOFError: there was nobody to hand them out.
    """
    with socket.socket(fileno=hand) as connection:
        _, fds, _, _ = socket.recv_fds(connection, 16, len(_JOINED))
    if len(fds) != len(_JOINED):
        raise EOFError("the supervisor of the run has ended")
    for fd in fds:
        linux.setns(fd)
        os.close(fd)
    linux.drop_capabilities()
