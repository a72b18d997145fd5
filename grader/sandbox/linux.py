"""The calls to the Linux kernel that Python has no name for; each raises OSError with what was asked."""

from __future__ import annotations

import ctypes
import functools
import os
import sys
from typing import Any, Final

CLONE_NEWNS: Final = 0x00020000
CLONE_NEWCGROUP: Final = 0x02000000
CLONE_NEWUTS: Final = 0x04000000
CLONE_NEWIPC: Final = 0x08000000
CLONE_NEWUSER: Final = 0x10000000
CLONE_NEWPID: Final = 0x20000000
CLONE_NEWNET: Final = 0x40000000

MS_NOSUID: Final = 2
MS_NODEV: Final = 4
MS_NOEXEC: Final = 8

PR_SET_PDEATHSIG: Final = 1
PR_SET_DUMPABLE: Final = 4
PR_SET_SECCOMP: Final = 22
PR_CAPBSET_DROP: Final = 24
PR_SET_SECUREBITS: Final = 28
PR_SET_CHILD_SUBREAPER: Final = 36
PR_SET_NO_NEW_PRIVS: Final = 38
PR_CAP_AMBIENT: Final = 47

_AT_FDCWD: Final = -100
_AT_EMPTY_PATH: Final = 0x1000
_AT_RECURSIVE: Final = 0x8000
_OPEN_TREE_CLONE: Final = 1
_O_CLOEXEC: Final = 0o2000000
_MOVE_MOUNT_F_EMPTY_PATH: Final = 4
_MOUNT_ATTR_RDONLY: Final = 1
_MOUNT_ATTR_NOSUID: Final = 2
_MOUNT_ATTR_NODEV: Final = 4
_MS_REC: Final = 1 << 14
_MS_PRIVATE: Final = 1 << 18
_MS_REMOUNT: Final = 1 << 5
_MS_RDONLY: Final = 1
_MS_BIND: Final = 1 << 12
_MNT_DETACH: Final = 2

# These numbers are the same on every machine; the one that is not stands in `_PIVOT_ROOT`.
_OPEN_TREE: Final = 428
_MOVE_MOUNT: Final = 429
_CLOSE_RANGE: Final = 436
_MOUNT_SETATTR: Final = 442
_PIVOT_ROOT: Final = {"x86_64": 155, "aarch64": 41}
_CAPABILITY_VERSION_3: Final = 0x20080522


class _MountAttributes(ctypes.Structure):
    _fields_ = [
        ("set", ctypes.c_uint64),
        ("clear", ctypes.c_uint64),
        ("propagation", ctypes.c_uint64),
        ("user_namespace", ctypes.c_uint64),
    ]


@functools.cache
def _libc() -> Any:
    library = ctypes.CDLL(None, use_errno=True)
    library.prctl.argtypes = [ctypes.c_int, *[ctypes.c_ulong] * 4]
    return library


def checked(result: int, what: str) -> int:
    """A result of the kernel.

    Raises:
        OSError: it is negative; `filename` says what was asked.
    """
    if result < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), what)
    return result


def call(what: str, number: int, *arguments: Any) -> int:
    """What a system call returns; integers are passed as 64 bits.

    Raises:
        OSError: it failed.
    """
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    return checked(_libc().syscall(ctypes.c_long(number), *wide), what)


def machine() -> str:
    """The processor as the tables here name it: `x86_64`, `aarch64`, or whatever else it is."""
    name = os.uname().machine
    # A 32-bit interpreter on a 64-bit kernel makes other calls than the tables say.
    return name if sys.maxsize > 1 << 32 else f"{name} (32 bits)"


def unshare(flags: int, what: str) -> None:
    """Puts this process (for pids: its next children) into namespaces of its own."""
    checked(_libc().unshare(flags), what)


def setns(fd: int, kind: int = 0) -> None:
    """Puts this process (for pids: its next children) into a namespace that it holds open."""
    checked(_libc().setns(fd, kind), "setns")


def prctl(option: int, first: int = 0, second: int = 0) -> int:
    """What prctl returns for an option of this process."""
    return checked(_libc().prctl(option, first, second, 0, 0), f"prctl({option})")


def mount(kind: str, target: str, flags: int, data: str = "") -> None:
    """Mounts a new file system of a kind (tmpfs, proc) at a folder."""
    name, place = kind.encode(), os.fsencode(target)
    checked(_libc().mount(name, place, name, ctypes.c_ulong(flags), data.encode()), f"mount {kind}")


def cut_propagation() -> None:
    """Keeps what is mounted here from appearing elsewhere, and the other way round."""
    checked(_libc().mount(b"none", b"/", None, ctypes.c_ulong(_MS_REC | _MS_PRIVATE), None), "mount private")


def make_read_only(target: str, flags: int) -> None:
    """Makes a file system that was mounted here read only, through this mount."""
    flags |= _MS_REMOUNT | _MS_BIND | _MS_RDONLY
    checked(_libc().mount(None, os.fsencode(target), None, ctypes.c_ulong(flags), None), "mount read only")


def tree(path: str, *, read_only: bool = False, devices: bool = False) -> int:
    """A descriptor of a copy of what is mounted at a path and below.

    `read_only` is without set-user-ids too, and without devices unless they are wanted; else it is as it was.
    """
    flags = _OPEN_TREE_CLONE | _O_CLOEXEC | _AT_RECURSIVE
    fd = call(f"open_tree {path}", _OPEN_TREE, _AT_FDCWD, os.fsencode(path), flags)
    if read_only:
        wanted = _MOUNT_ATTR_RDONLY | _MOUNT_ATTR_NOSUID | (0 if devices else _MOUNT_ATTR_NODEV)
        attributes = _MountAttributes(wanted, 0, _MS_PRIVATE, 0)
        try:
            call(
                f"mount_setattr {path}",
                _MOUNT_SETATTR,
                fd,
                b"",
                _AT_EMPTY_PATH | _AT_RECURSIVE,
                ctypes.byref(attributes),
                ctypes.sizeof(attributes),
            )
        except OSError:
            os.close(fd)
            raise
    return fd


def attach(tree_fd: int, target: str) -> None:
    """Mounts such a copy at a path, and closes it."""
    try:
        place = os.fsencode(target)
        call(f"move_mount {target}", _MOVE_MOUNT, tree_fd, b"", _AT_FDCWD, place, _MOVE_MOUNT_F_EMPTY_PATH)
    finally:
        os.close(tree_fd)


def unmount(target: str) -> None:
    """Takes away what is mounted at a path, as soon as nobody uses it."""
    checked(_libc().umount2(os.fsencode(target), _MNT_DETACH), f"umount {target}")


def change_root(target: str) -> None:
    """Makes a mounted folder the root of this mount namespace, and lets go of the old one."""
    os.chdir(target)
    call("pivot_root", _PIVOT_ROOT[machine()], b".", b".")
    unmount(".")
    os.chdir("/")


def map_user(inside: int, outside_user: int, outside_group: int) -> None:
    """Gives this process, alone in a new user namespace, the user and group number `inside`."""
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{inside} {outside_user} 1"),
        ("gid_map", f"{inside} {outside_group} 1"),
    ):
        fd = os.open(f"/proc/self/{name}", os.O_WRONLY | os.O_CLOEXEC)
        try:
            os.write(fd, text.encode())
        except OSError as error:
            raise OSError(error.errno, error.strerror, f"write /proc/self/{name}") from error
        finally:
            os.close(fd)


def drop_capabilities() -> None:
    """Gives up every capability for good: of this process, of its children, of whatever they start."""
    for capability in range(64):
        try:
            prctl(PR_CAPBSET_DROP, capability)
        except OSError:
            break
    try:
        prctl(PR_CAP_AMBIENT, 4)
        # No root by user number, no capabilities kept over a change of it, and these bits locked.
        prctl(PR_SET_SECUREBITS, 0xEF)
    except OSError:
        # Without CAP_SETPCAP there is nothing left that these could guard.
        pass
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION_3, 0)
    checked(_libc().capset(header, (ctypes.c_uint32 * 6)()), "capset")


def close_from(first: int) -> None:
    """Closes every descriptor from a number on."""
    # Not os.closerange: where the C library lacks close_range it would try each number.
    call("close_range", _CLOSE_RANGE, first, 0xFFFFFFFF, 0)
