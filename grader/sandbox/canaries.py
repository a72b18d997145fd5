"""Tries, from where student code will run, what no student code may do; says which attempts succeeded.

This is trusted code in the place of a student's. Its targets are live things of the grader itself, made for
this purpose (see `selftest`), so that a wall that is missing is noticed.
"""

from __future__ import annotations

import ctypes
import errno
import json
import mmap
import os
import resource
import signal
import socket
import struct
import sys
from collections.abc import Callable
from typing import Any, Final

_I386_GETPID: Final = b"\xb8\x14\x00\x00\x00\xcd\x80\xc3"
_PTRACE: Final = {"x86_64": 101, "aarch64": 117}
_READV: Final = {"x86_64": 310, "aarch64": 270}
_CLONE_NEWUSER: Final = 0x10000000
_NOBODY_HAS: Final = (errno.EPERM, errno.ENOSYS, errno.EACCES)


def perform(request: bytes, reply: int) -> None:
    """Tries everything and sends one frame: by name, whether it succeeded."""
    targets = json.loads(request)
    found = {}
    for name, attempt in ATTEMPTS.items():
        try:
            found[name] = bool(attempt(targets))
        except (OSError, ValueError, MemoryError):
            found[name] = False
    body = json.dumps(found).encode()
    os.write(reply, struct.pack(">I", len(body)) + body)


def _read_file(targets: dict[str, Any]) -> bool:
    with open(targets["file"], "rb") as file:
        return bool(file.read(1))


def _find_file(targets: dict[str, Any]) -> bool:
    return os.path.exists(targets["file"])


def _list_folder(targets: dict[str, Any]) -> bool:
    return bool(os.listdir(os.path.dirname(targets["file"])))


def _change_file(targets: dict[str, Any]) -> bool:
    with open(targets["file"], "ab") as file:
        file.write(b"x")
    return True


def _touch_file(targets: dict[str, Any]) -> bool:
    os.utime(targets["file"], (0, 0))
    return True


def _plant_file(targets: dict[str, Any]) -> bool:
    for folder in (os.path.dirname(targets["file"]), os.path.dirname(os.__file__), "/"):
        try:
            os.close(os.open(f"{folder}/planted-by-canary", os.O_CREAT | os.O_WRONLY))
        except OSError:
            continue
        os.unlink(f"{folder}/planted-by-canary")
        return True
    return False


def _read_environment(targets: dict[str, Any]) -> bool:
    with open(f"/proc/{targets['pid']}/environ", "rb") as file:
        return bool(file.read(1))


def _see_process(targets: dict[str, Any]) -> bool:
    with open(f"/proc/{targets['pid']}/cmdline", "rb") as file:
        return targets["word"].encode() in file.read()


def _signal_process(targets: dict[str, Any]) -> bool:
    os.kill(targets["pid"], 0)
    return True


def _read_supervisor(_: dict[str, Any]) -> bool:
    # The process above is process 1 of the room, which is not always the parent.
    with open(f"/proc/{os.getppid() or 1}/mem", "rb"):
        return True


def _connect_tcp(targets: dict[str, Any]) -> bool:
    with socket.socket() as one:
        one.settimeout(2)
        one.connect(("127.0.0.1", targets["port"]))
        return True


def _send_udp(_: dict[str, Any]) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        # Nothing is sent: this asks only whether there is a route to the machine itself.
        one.connect(("127.0.0.1", 9))
        return True


def _connect_abstract(targets: dict[str, Any]) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect("\0" + targets["abstract"])
        return True


def _connect_file(targets: dict[str, Any]) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        one.connect(targets["socket"])
        return True


def _new_namespace(_: dict[str, Any]) -> bool:
    return _in_child(lambda: _call("unshare", _CLONE_NEWUSER))


def _trace(_: dict[str, Any]) -> bool:
    machine = os.uname().machine
    return _reaches(_PTRACE[machine], 16, -1) or _reaches(_READV[machine], -1, 0, 0, 0, 0, 0)


def _hidden_memory(_: dict[str, Any]) -> bool:
    os.close(os.memfd_create("canary"))
    return True


def _mount(_: dict[str, Any]) -> bool:
    return bool(_libc().mount(b"tmpfs", b"/tmp", b"tmpfs", 0, None) == 0)


def _more_rights(_: dict[str, Any]) -> bool:
    return bool(_libc().prctl(39, 0, 0, 0, 0) != 1)


def _raise_limits(_: dict[str, Any]) -> bool:
    soft, hard = resource.getrlimit(resource.RLIMIT_NPROC)
    if hard == resource.RLIM_INFINITY:
        return True
    resource.setrlimit(resource.RLIMIT_NPROC, (soft, hard + 1))
    return True


def _old_calls(_: dict[str, Any]) -> bool:
    if os.uname().machine != "x86_64":
        return False
    return _in_child(_call_i386)


def _call_i386() -> int:
    page = mmap.mmap(-1, mmap.PAGESIZE, prot=mmap.PROT_READ | mmap.PROT_WRITE | mmap.PROT_EXEC)
    page.write(_I386_GETPID)
    address = ctypes.addressof(ctypes.c_char.from_buffer(page))
    got = ctypes.CFUNCTYPE(ctypes.c_int)(address)()
    return 0 if got > 0 else -1


def _in_child(attempt: Callable[[], int]) -> bool:
    """Whether an attempt that may end its process gives 0."""
    pid = os.fork()
    if pid == 0:
        signal.alarm(5)
        code = 1
        try:
            code = 0 if attempt() == 0 else 1
        finally:
            os._exit(code)
    return os.waitpid(pid, 0)[1] == 0


def _libc() -> Any:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int) -> int:
    return int(getattr(_libc(), name)(*arguments))


def _reaches(number: int, *arguments: int) -> bool:
    """Whether a call gets past the filter, to an error of its own or success."""
    got = _libc().syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return got >= 0 or ctypes.get_errno() not in _NOBODY_HAS


ATTEMPTS: Final[dict[str, Callable[[dict[str, Any]], bool]]] = {
    "read a file of the grader": _read_file,
    "find out that a file is there": _find_file,
    "list a folder of the grader": _list_folder,
    "change a file of the grader": _change_file,
    "change the times of a file": _touch_file,
    "leave a file behind": _plant_file,
    "read the grader's environment": _read_environment,
    "see what the grader was started with": _see_process,
    "send the grader a signal": _signal_process,
    "read the memory of the process above": _read_supervisor,
    "connect to a port of this machine": _connect_tcp,
    "have a route to anywhere": _send_udp,
    "connect to a socket without a file": _connect_abstract,
    "connect to a socket in a folder": _connect_file,
    "make a namespace with rights of its own": _new_namespace,
    "trace or read another process": _trace,
    "use memory that no limit counts": _hidden_memory,
    "mount a file system": _mount,
    "gain rights by starting a program": _more_rights,
    "raise its own limits": _raise_limits,
    "call the kernel around the filter": _old_calls,
}

if sys.maxsize <= 1 << 32:
    raise ImportError("the walls are made for 64-bit machines")
