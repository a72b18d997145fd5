"""Which files student code may read and write: rules the kernel holds a process and its children to.

`Documentation/userspace-api/landlock.rst` of the kernel describes them. Signals and sockets without a name
stay within the run where the kernel can see to it (version 6 of the interface).
"""

from __future__ import annotations

import ctypes
import os
import stat
import struct
from collections.abc import Iterable
from typing import Final

from grader.sandbox import linux

_CREATE: Final = 444
_ADD_RULE: Final = 445
_RESTRICT_SELF: Final = 446
_VERSION: Final = 1
_PATH_BENEATH: Final = 1

_EXECUTE, _WRITE_FILE, _READ_FILE, _READ_DIR = 1, 2, 4, 8
_REFER, _TRUNCATE, _IOCTL = 1 << 13, 1 << 14, 1 << 15
_FIRST_13: Final = (1 << 13) - 1
_READ: Final = _EXECUTE | _READ_FILE | _READ_DIR
_OF_FILES: Final = _EXECUTE | _WRITE_FILE | _READ_FILE | _TRUNCATE | _IOCTL
_NETWORK: Final = 3
_SCOPE_SOCKETS_AND_SIGNALS: Final = 3
# Devices and new device nodes, which nobody needs, are in none of the rules.
_MAKE_CHAR, _MAKE_BLOCK = 1 << 6, 1 << 11


class _Rules(ctypes.Structure):
    _fields_ = [("files", ctypes.c_uint64), ("network", ctypes.c_uint64), ("scoped", ctypes.c_uint64)]


def version() -> int:
    """The version of the interface that this kernel has; 0 if it has none or does not use it."""
    try:
        return linux.call("landlock version", _CREATE, None, 0, _VERSION)
    except OSError:
        return 0


def restrict(version: int, readable: Iterable[str], writable: Iterable[str]) -> None:
    """Holds this process to reading and running what is at or below some paths, and writing below others.

    Raises:
        OSError: the kernel does not have it, or a path cannot be opened.
    """
    handled = _FIRST_13
    if version >= 2:
        handled |= _REFER
    if version >= 3:
        handled |= _TRUNCATE
    if version >= 5:
        handled |= _IOCTL
    rules = _Rules(
        handled, _NETWORK if version >= 4 else 0, _SCOPE_SOCKETS_AND_SIGNALS if version >= 6 else 0
    )
    size = 24 if version >= 6 else 16 if version >= 4 else 8
    ruleset = linux.call("landlock_create_ruleset", _CREATE, ctypes.byref(rules), size, 0)
    try:
        for path in readable:
            _allow(ruleset, path, _READ & handled)
        for path in writable:
            _allow(ruleset, path, handled & ~(_MAKE_CHAR | _MAKE_BLOCK))
        linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
        linux.call("landlock_restrict_self", _RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _allow(ruleset: int, path: str, rights: int) -> None:
    try:
        parent = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not stat.S_ISDIR(os.fstat(parent).st_mode):
            rights &= _OF_FILES
        rule = struct.pack("=Qi", rights, parent)
        linux.call("landlock_add_rule", _ADD_RULE, ruleset, _PATH_BENEATH, rule, 0)
    finally:
        os.close(parent)
