"""The parent of all runs: a clean, warm, single-threaded process that forks one run after the other.

It is executed afresh with an empty environment and holds nothing of the course. Over its socket come numbers
and descriptors only; what a run is about goes through the descriptors, past this process. With namespaces it
first shuts itself in: no network, a file system of its own with nothing but the interpreter, no other
processes to be seen. The runs are then shut in once more, each by itself.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import select
import signal
import socket
import stat
import sys
from contextlib import suppress
from typing import Any, Final, NoReturn

from grader.sandbox import fresh, landlock, linux, pictures, seccomp, supervisor
from grader.sandbox.student import Perform, Pipes, Walls
from grader.sandbox.supervisor import Territory

_WARM: Final = "/run/warm"
_MESSAGE: Final = 1 << 16


def main(fd: int) -> NoReturn:
    """Takes its orders from a socket until that is closed."""
    connection = socket.socket(fileno=fd)
    try:
        order = json.loads(connection.recv(_MESSAGE))
        os.setsid()
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _move_in(order, connection)
        performs = _warm_up(order)
        told: dict[str, Any] = {"ready": True}
    except BaseException as error:
        told = {
            "failed": getattr(error, "filename", None) or type(error).__name__,
            "errno": getattr(error, "errno", None),
            "said": str(error)[:400],
        }
        connection.send(json.dumps(told).encode())
        os._exit(1)
    connection.send(json.dumps(told).encode())
    _serve(connection, order, performs)


def _move_in(order: dict[str, Any], connection: socket.socket) -> None:
    places = order["places"]
    # As root, what lies behind folders that only root may enter is taken along from here.
    root = os.getuid() == 0
    trees = _trees(places["paths"]) if root and order["isolation"] == "namespaces" else {}
    if root and order["closed"] and not trees:
        _open_the_way(order)
    if root:
        _become_nobody(order)
    if order["isolation"] != "namespaces":
        return
    user, group = os.getuid(), os.getgid()
    kinds = linux.CLONE_NEWNS | linux.CLONE_NEWPID | linux.CLONE_NEWNET | linux.CLONE_NEWIPC
    linux.unshare(linux.CLONE_NEWUSER, "unshare user")
    linux.map_user(order["user"], user, group)
    linux.unshare(kinds | linux.CLONE_NEWUTS | linux.CLONE_NEWCGROUP, "unshare")
    child = os.fork()
    if child:
        connection.close()
        for fd in trees.values():
            os.close(fd)
        _, how = os.waitpid(child, 0)
        os._exit(os.waitstatus_to_exitcode(how) & 0xFF)
    linux.cut_propagation()
    _build_root(order, trees or _trees(places["paths"]))


def _open_the_way(order: dict[str, Any]) -> None:
    """Lets others reach what lies behind folders that only root may enter, in this process alone."""
    linux.unshare(linux.CLONE_NEWNS, f"a way into {order['closed'][0]}, which only root may enter,")
    linux.cut_propagation()
    for folder in order["closed"]:
        paths = [path for path in order["places"]["paths"] if path.startswith(f"{folder}/")]
        trees = {path: linux.tree(path, read_only=True) for path in paths}
        linux.mount("tmpfs", folder, linux.MS_NOSUID | linux.MS_NODEV, "size=1m,mode=0755")
        for path, tree in trees.items():
            _attach(tree, path)


def _become_nobody(order: dict[str, Any]) -> None:
    """Drops root for a user that owns nothing and runs nothing else."""
    os.setgroups([])
    for user in order["users"]:
        try:
            os.setresgid(user, user, user)
            os.setresuid(user, user, user)
        except OSError:
            continue
        # Cleared by the change of user, and needed to say who is who in a namespace.
        linux.prctl(linux.PR_SET_DUMPABLE, 1)
        return
    raise PermissionError(1, "no other user can be had", "setresuid")


def _trees(paths: list[str]) -> dict[str, int]:
    return {path: linux.tree(path, read_only=True) for path in paths} | {
        path: linux.tree(path, read_only=True, devices=True) for path in fresh.DEVICES
    }


def _build_root(order: dict[str, Any], trees: dict[str, int]) -> None:
    """A file system in memory with the given trees, /proc, and a few small files; then it is all there is."""
    new = "/tmp"
    linux.mount("tmpfs", new, linux.MS_NOSUID | linux.MS_NODEV, "size=4m,nr_inodes=4096,mode=0755")
    for path, tree in trees.items():
        _attach(tree, new + path)
    for name, target in order["places"]["links"]:
        os.symlink(target, new + name)
    for name in ("proc", "tmp", "etc", "dev", "tmp/work", _WARM.removeprefix("/")):
        os.makedirs(f"{new}/{name}", exist_ok=True)
    os.symlink("/tmp/.shm", f"{new}/dev/shm")
    os.symlink("/proc/self/fd", f"{new}/dev/fd")
    for name, text in order["files"].items():
        with open(new + name, "x") as file:
            file.write(text)
    linux.mount("proc", f"{new}/proc", linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC)
    linux.change_root(new)
    linux.make_read_only("/", linux.MS_NOSUID | linux.MS_NODEV)


def _attach(tree: int, target: str) -> None:
    if stat.S_ISDIR(os.fstat(tree).st_mode):
        os.makedirs(target, exist_ok=True)
    else:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.close(os.open(target, os.O_CREAT | os.O_WRONLY, 0o644))
    linux.attach(tree, target)


def _warm_up(order: dict[str, Any]) -> dict[str, Perform]:
    """What runs can perform, by name; and the libraries they will want are loaded once, here."""
    sys.path[:0] = order["places"]["modules"]
    performs = {name: fresh.load(name, order["performs"]) for name in order["performs"]}
    sys.path[:] = order["places"]["modules"]
    sys.argv[:] = [""]
    _import(order["warm"], order)
    return performs


def _import(names: list[str], order: dict[str, Any]) -> None:
    """Loads libraries, those that are installed, into this process and so into all later runs."""
    new = [name for name in names if name not in sys.modules]
    if new:
        shut_in = order["isolation"] == "namespaces"
        # Matplotlib wants to write down which fonts there are.
        if shut_in:
            linux.mount("tmpfs", _WARM, linux.MS_NOSUID | linux.MS_NODEV, "size=16m,mode=0700")
        os.environ["MPLCONFIGDIR"] = _WARM if shut_in else order["warm_folder"]
        for name in new:
            with suppress(ImportError):
                importlib.import_module(name)
        if "matplotlib.backends.backend_agg" in new and "matplotlib.pyplot" in sys.modules:
            pictures.rehearse()
        del os.environ["MPLCONFIGDIR"]
        if shut_in:
            linux.unmount(_WARM)
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("the parent of the runs has more than one thread")
    gc.collect()
    # What is here already is never looked at again: that would copy every page of it.
    gc.freeze()


def _serve(connection: socket.socket, order: dict[str, Any], performs: dict[str, Perform]) -> NoReturn:
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    if order["isolation"] != "namespaces":
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
    children: dict[int, int] = {}
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd in children:
                poll.unregister(fd)
                os.waitpid(children.pop(fd), 0)
                os.close(fd)
                continue
            message, fds, _, _ = socket.recv_fds(connection, _MESSAGE, len(Pipes._fields))
            if not message:
                os._exit(0)
            wanted = json.loads(message)
            try:
                _import(wanted["later"], order)
                pid = _begin(connection, order, performs, wanted, Pipes(*fds), own)
            except OSError as error:
                connection.send(json.dumps({"failed": error.filename, "said": str(error)}).encode())
            else:
                pidfd = os.pidfd_open(pid)
                children[pidfd] = pid
                poll.register(pidfd, select.POLLIN)
                socket.send_fds(connection, [b"{}"], [pidfd])
            for one in fds:
                os.close(one)


def _begin(
    connection: socket.socket,
    order: dict[str, Any],
    performs: dict[str, Perform],
    wanted: dict[str, Any],
    pipes: Pipes,
    own: int,
) -> int:
    """Forks the supervisor of a run, and returns its number."""
    shut_in = order["isolation"] == "namespaces"
    if shut_in:
        linux.unshare(linux.CLONE_NEWPID, "unshare pid")
    pid = -1
    try:
        pid = os.fork()
    finally:
        if shut_in and pid:
            linux.setns(own, linux.CLONE_NEWPID)
    if pid:
        return pid
    try:
        connection.close()
        os.setsid()
        walls = _walls_in_namespaces(order, wanted) if shut_in else _walls_without(order, wanted)
        territory = Territory(True) if shut_in else Territory(False, walls.folder)
        supervisor.supervise(performs[wanted["perform"]], pipes, walls, wanted, territory)
    except BaseException as error:
        os.write(pipes.status, json.dumps({"failed": str(error)[:400]}).encode())
    finally:
        os._exit(1)


def _walls_in_namespaces(order: dict[str, Any], limits: dict[str, Any]) -> Walls:
    """Shuts this process in: its own mounts, network, names; then its own user without any rights."""
    linux.unshare(linux.CLONE_NEWNS | linux.CLONE_NEWNET | linux.CLONE_NEWIPC | linux.CLONE_NEWUTS, "unshare")
    # Whatever of the interpreter lies below /tmp is still wanted below the new /tmp.
    hidden = {
        path: linux.tree(path, read_only=True)
        for path in order["places"]["paths"]
        if path.startswith("/tmp/")
    }
    size = f"size={limits['scratch_mib']}m,nr_inodes={limits['scratch_files']},mode=0755"
    quiet = linux.MS_NOSUID | linux.MS_NODEV | linux.MS_NOEXEC
    linux.mount("tmpfs", "/tmp", quiet, size)
    for path, tree in hidden.items():
        _attach(tree, path)
    os.mkdir(fresh.FOLDER)
    os.mkdir("/tmp/.shm")
    linux.mount("proc", "/proc", quiet)
    socket.sethostname("sandbox")
    linux.unshare(linux.CLONE_NEWUSER, "unshare user of the run")
    linux.map_user(order["user"], order["user"], order["user"])
    linux.drop_capabilities()
    writable = ("/tmp", *fresh.DEVICES)
    return Walls(linux.machine(), landlock.version(), ("/",), writable, seccomp.Strictness(), fresh.FOLDER)


def _walls_without(order: dict[str, Any], limits: dict[str, Any]) -> Walls:
    folder = limits["folder"]
    os.environ.update({"HOME": folder, "TMPDIR": folder})
    if order["isolation"] == "unsafe":
        return Walls(linux.machine(), 0, (), (), None, folder)
    version = landlock.version()
    strictness = seccomp.Strictness(sockets=True, files=True, signals=version < 6)
    readable = (*order["places"]["paths"], *(name for name, _ in order["places"]["links"]))
    return Walls(linux.machine(), version, readable, (folder, *fresh.DEVICES), strictness, folder)
