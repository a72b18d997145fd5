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
import sys
from contextlib import suppress
from typing import Any, Final, NamedTuple, NoReturn

from grader.sandbox import fresh, landlock, linux, pictures, porter, rooms, seccomp, student, supervisor
from grader.sandbox.places import DEVICES, FOLDER
from grader.sandbox.student import Perform, Pipes, Walls
from grader.sandbox.supervisor import Territory

_MESSAGE: Final = 1 << 16


def main(fd: int) -> NoReturn:
    """Takes its orders from a socket until that is closed."""
    connection = socket.socket(fileno=fd)
    try:
        order = json.loads(connection.recv(_MESSAGE))
        os.setsid()
        student.usual_signals()
        for number in (signal.SIGINT, signal.SIGPIPE):
            signal.signal(number, signal.SIG_IGN)
        _move_in(order, connection)
        ready = _made_ready(order, connection)
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
    _serve(connection, ready)


class _Ready(NamedTuple):
    """What the parent has at hand for each run: what there is to perform, and what does not change.

    `own` is its own namespace of processes; the `porter` makes rooms, where there are any.
    """

    order: dict[str, Any]
    performs: dict[str, Perform]
    walls: Walls
    own: int
    porter: socket.socket | None


def _move_in(order: dict[str, Any], connection: socket.socket) -> None:
    places = order["places"]
    # As root, what lies behind folders that only root may enter is taken along from here.
    root = os.getuid() == 0
    trees = rooms.trees(places["paths"]) if root and order["isolation"] == "namespaces" else {}
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
    rooms.build_root(order, trees or rooms.trees(places["paths"]))


def _open_the_way(order: dict[str, Any]) -> None:
    """Lets others reach what lies behind folders that only root may enter, in this process alone."""
    linux.unshare(linux.CLONE_NEWNS, f"a way into {order['closed'][0]}, which only root may enter,")
    linux.cut_propagation()
    for folder in order["closed"]:
        paths = [path for path in order["places"]["paths"] if path.startswith(f"{folder}/")]
        trees = {path: linux.tree(path, read_only=True) for path in paths}
        linux.mount("tmpfs", folder, linux.MS_NOSUID | linux.MS_NODEV, "size=1m,mode=0755")
        for path, tree in trees.items():
            rooms.attach(tree, path)


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


def _made_ready(order: dict[str, Any], connection: socket.socket) -> _Ready:
    """Everything that all runs need, done once; and the libraries they will want are loaded."""
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    if order["isolation"] != "namespaces":
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
    # Before there is much to be copied.
    door = porter.start(order, connection) if order["isolation"] == "namespaces" else None
    walls = _walls(order)
    sys.path[:0] = order["places"]["modules"]
    performs = {name: fresh.load(name, order["performs"]) for name in order["performs"]}
    sys.path[:] = order["places"]["modules"]
    sys.argv[:] = [""]
    _import(order["warm"], order)
    return _Ready(order, performs, walls, own, door)


def _import(names: list[str], order: dict[str, Any]) -> None:
    """Loads libraries, those that are installed, into this process and so into all later runs."""
    shut_in = order["isolation"] == "namespaces"
    # Matplotlib wants to write down which fonts there are.
    if shut_in:
        linux.mount("tmpfs", rooms.WARM, linux.MS_NOSUID | linux.MS_NODEV, "size=16m,mode=0700")
    os.environ["MPLCONFIGDIR"] = rooms.WARM if shut_in else order["warm_folder"]
    for name in names:
        with suppress(ImportError):
            importlib.import_module(name)
    if "matplotlib.backends.backend_agg" in names and "matplotlib.pyplot" in sys.modules:
        pictures.rehearse()
    del os.environ["MPLCONFIGDIR"]
    if shut_in:
        linux.unmount(rooms.WARM)
    if len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("the parent of the runs has more than one thread")
    gc.collect()
    # What is here already is never looked at again: that would copy every page of it.
    gc.freeze()


def _serve(connection: socket.socket, ready: _Ready) -> NoReturn:
    runs: dict[int, _Run] = {}
    tried = set(ready.order["warm"])
    poll = select.poll()
    poll.register(connection, select.POLLIN)
    while True:
        for fd, _ in poll.poll():
            if fd in runs:
                poll.unregister(fd)
                _wait(runs.pop(fd))
                os.close(fd)
                continue
            message, fds, _, _ = socket.recv_fds(connection, _MESSAGE, len(Pipes._fields))
            if not message:
                os._exit(0)
            wanted = json.loads(message)
            try:
                if new := [name for name in wanted["later"] if name not in tried]:
                    tried.update(new)
                    _import(new, ready.order)
                run = _begin(connection, ready, wanted, Pipes(*fds))
            except OSError as error:
                connection.send(json.dumps({"failed": error.filename, "said": str(error)}).encode())
            else:
                pidfd = os.pidfd_open(run.pid)
                runs[pidfd] = run
                poll.register(pidfd, select.POLLIN)
                socket.send_fds(connection, [b"{}"], [run.supervisor])
                os.close(run.supervisor)
            for one in fds:
                os.close(one)


class _Run(NamedTuple):
    """A run that has begun: a child of ours, and a descriptor of the process that watches over it.

    `hand` is a socket to that one where the child is the student's process, else -1.
    """

    pid: int
    supervisor: int
    hand: int = -1


def _begin(connection: socket.socket, ready: _Ready, wanted: dict[str, Any], pipes: Pipes) -> _Run:
    perform = ready.performs[wanted["perform"]]
    if ready.porter is None:
        return _begin_here(connection, ready, wanted, pipes, perform)
    room = porter.ask(ready.porter, wanted, pipes.status, pipes.control)
    pid = -1
    try:
        linux.setns(room.processes, linux.CLONE_NEWPID)
        try:
            pid = os.fork()
        finally:
            if pid:
                linux.setns(ready.own, linux.CLONE_NEWPID)
        if pid == 0:
            _become_student(room, ready, wanted, pipes, perform)
    except BaseException:
        os.close(room.hand)
        os.close(room.supervisor)
        raise
    finally:
        os.close(room.processes)
    return _Run(pid, room.supervisor, room.hand)


def _become_student(
    room: porter.Room, ready: _Ready, wanted: dict[str, Any], pipes: Pipes, perform: Perform
) -> NoReturn:
    """Goes into the room, of which nothing was seen so far but the door, and does what is wanted there."""
    try:
        rooms.join(room.hand)
        # The supervisor is one of them.
        student.become(perform, pipes, ready.walls, wanted, int(wanted["processes"]) + 1)
    finally:
        os._exit(student.FAILED)


def _begin_here(
    connection: socket.socket, ready: _Ready, wanted: dict[str, Any], pipes: Pipes, perform: Perform
) -> _Run:
    """Forks the supervisor of a run that has no room, which forks the student's process."""
    pid = os.fork()
    if pid:
        return _Run(pid, os.pidfd_open(pid))
    try:
        connection.close()
        os.setsid()
        folder = wanted["folder"]
        os.environ.update({"HOME": folder, "TMPDIR": folder})
        writable = (folder, *ready.walls.writable) if ready.walls.landlock else ()
        walls = ready.walls._replace(folder=folder, writable=writable)
        supervisor.supervise(perform, pipes, walls, wanted, Territory(False, folder))
    except BaseException as error:
        os.write(pipes.status, json.dumps({"failed": str(error)[:400]}).encode())
    finally:
        os._exit(1)


def _wait(run: _Run) -> None:
    """Takes leave of a child; how it ended is told to who watches over it."""
    _, how, used = os.wait4(run.pid, 0)
    if run.hand < 0:
        return
    told = {"ended": how, "cpu_s": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss * 1024}
    with suppress(OSError):
        os.write(run.hand, json.dumps(told).encode())
    os.close(run.hand)


def _walls(order: dict[str, Any]) -> Walls:
    """What each run puts up; its folder is still to be named where it has no file system of its own."""
    machine, version = linux.machine(), landlock.version()
    if order["isolation"] == "unsafe":
        return Walls(machine, 0, (), (), None, "")
    if order["isolation"] == "namespaces":
        strictness = seccomp.Strictness()
        walls = Walls(machine, version, ("/",), ("/tmp", *DEVICES), strictness, FOLDER)
    else:
        strictness = seccomp.Strictness(sockets=True, files=True, signals=version < 6)
        readable = (*order["places"]["paths"], *(name for name, _ in order["places"]["links"]))
        walls = Walls(machine, version, readable, DEVICES, strictness, "")
    # Made here once, they are known to all runs.
    for one in (strictness, seccomp.Strictness()):
        seccomp.program(machine, one)
    return walls
