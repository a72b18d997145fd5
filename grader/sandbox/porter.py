"""The small process beside the warm parent: it makes a room for each run, with a supervisor in it.

What is forked is copied, page by page: a supervisor forked from here costs little, and only the student's
own process is forked from the parent that has all the libraries. It joins the room that is ready for it.
"""

from __future__ import annotations

import json
import os
import select
import socket
from contextlib import suppress
from typing import Any, Final, NamedTuple, NoReturn

from grader.sandbox import linux, rooms, seccomp, supervisor

_MESSAGE: Final = 1 << 16


class Room(NamedTuple):
    """Descriptors of a room: its supervisor, its namespace of processes, a socket to the supervisor."""

    supervisor: int
    processes: int
    hand: int


def start(order: dict[str, Any], connection: socket.socket) -> socket.socket:
    """Forks the porter, and returns the socket by which it is asked for rooms.

    `connection` leads to the grader, and is not its business.
    """
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    if os.fork() == 0:
        try:
            ours.close()
            connection.close()
            _serve(theirs, order)
        finally:
            os._exit(1)
    theirs.close()
    return ours


def ask(porter: socket.socket, limits: dict[str, Any], status: int, control: int) -> Room:
    """A room for a run with these limits, which may not be ready yet; the caller closes what it is given.

    Raises:
        OSError: the kernel has refused it.
    """
    said, fds = b"", list[int]()
    with suppress(OSError):
        socket.send_fds(porter, [json.dumps(limits).encode()], [status, control])
        said, fds, _, _ = socket.recv_fds(porter, _MESSAGE, len(Room._fields))
    if not said:
        # Without a porter there are no more runs: the grader starts another parent, with one.
        os._exit(1)
    if not fds:
        raise OSError(0, json.loads(said)["said"], "room")
    return Room(*fds)


def _serve(connection: socket.socket, order: dict[str, Any]) -> NoReturn:
    own = os.open("/proc/self/ns/pid", os.O_RDONLY | os.O_CLOEXEC)
    hidden = rooms.below_tmp(order["places"]["paths"])
    seccomp.program(linux.machine())
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
            message, fds, _, _ = socket.recv_fds(connection, _MESSAGE, 2)
            if not message:
                os._exit(0)
            status, control = fds
            ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
            try:
                linux.unshare(linux.CLONE_NEWPID, "unshare pid")
                pid = os.fork()
                if pid == 0:
                    connection.close()
                    theirs.close()
                    _supervise(ours, json.loads(message), order["user"], hidden, status, control)
                processes = os.open("/proc/self/ns/pid_for_children", os.O_RDONLY | os.O_CLOEXEC)
            except OSError as error:
                connection.send(json.dumps({"said": str(error)}).encode())
            else:
                pidfd = os.pidfd_open(pid)
                children[pidfd] = pid
                poll.register(pidfd, select.POLLIN)
                socket.send_fds(connection, [b"{}"], Room(pidfd, processes, theirs.fileno()))
                os.close(processes)
            finally:
                linux.setns(own, linux.CLONE_NEWPID)
                ours.close()
                theirs.close()
                os.close(status)
                os.close(control)


def _supervise(
    hand: socket.socket, limits: dict[str, Any], user: int, hidden: list[str], status: int, control: int
) -> NoReturn:
    """Makes the room around this process, lets the student's in, and watches over it."""
    try:
        os.setsid()
        rooms.shut_in(user, hidden, limits)
        supervisor.guard(hand, status, control, limits)
    except BaseException as error:
        os.write(status, json.dumps({"failed": str(error)[:400]}).encode())
    finally:
        os._exit(1)
