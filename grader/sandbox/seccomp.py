"""Which calls to the kernel student code may make: a filter that the kernel runs before each of them.

Every dangerous family is refused with "not permitted", every call newer than this table with "no such call",
and a call by another table of numbers (32-bit, x32) ends the process. The numbers are those of the kernel's
`arch/x86/entry/syscalls/syscall_64.tbl` and `include/uapi/asm-generic/unistd.h`; the filter language is in
`Documentation/userspace-api/seccomp_filter.rst` there.
"""

from __future__ import annotations

import ctypes
import errno
import functools
import struct
from collections.abc import Iterable
from typing import Final, NamedTuple

from grader.sandbox import linux

# Where the two machines differ: (x86_64, aarch64); None where a machine does not have the call.
_NUMBERS: Final[dict[str, tuple[int | None, int | None]]] = {
    # Other processes: their memory, their threads, their descriptors, how they are scheduled.
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "process_madvise": (440, 440),
    "process_mrelease": (448, 448),
    "kcmp": (312, 272),
    "pidfd_getfd": (438, 438),
    "pidfd_send_signal": (424, 424),
    "setpriority": (141, 140),
    "sched_setscheduler": (144, 119),
    "sched_setparam": (142, 118),
    "sched_setattr": (314, 274),
    "ioprio_set": (251, 30),
    "migrate_pages": (256, 238),
    "move_pages": (279, 239),
    # Namespaces and mounts.
    "unshare": (272, 97),
    "setns": (308, 268),
    "mount": (165, 40),
    "umount2": (166, 39),
    "pivot_root": (155, 41),
    "chroot": (161, 51),
    "open_tree": (428, 428),
    "move_mount": (429, 429),
    "fsopen": (430, 430),
    "fsconfig": (431, 431),
    "fsmount": (432, 432),
    "fspick": (433, 433),
    "mount_setattr": (442, 442),
    "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265),
    # Large and often broken parts of the kernel.
    "keyctl": (250, 219),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
    "io_uring_setup": (425, 425),
    "io_uring_enter": (426, 426),
    "io_uring_register": (427, 427),
    # What others do with files, by name, also below folders that cannot be read.
    "inotify_init": (253, None),
    "inotify_init1": (294, 26),
    "fanotify_init": (300, 262),
    "fanotify_mark": (301, 263),
    # Memory that no limit of a process counts.
    "memfd_create": (319, 279),
    "memfd_secret": (447, 447),
    "remap_file_pages": (216, 234),
    "shmget": (29, 194),
    "shmat": (30, 196),
    "shmctl": (31, 195),
    "shmdt": (67, 197),
    "semget": (64, 190),
    "semop": (65, 193),
    "semctl": (66, 191),
    "semtimedop": (220, 192),
    "msgget": (68, 186),
    "msgsnd": (69, 189),
    "msgrcv": (70, 188),
    "msgctl": (71, 187),
    "mq_open": (240, 180),
    "mq_unlink": (241, 181),
    "mq_timedsend": (242, 182),
    "mq_timedreceive": (243, 183),
    "mq_notify": (244, 184),
    "mq_getsetattr": (245, 185),
    # The machine itself.
    "kexec_load": (246, 104),
    "kexec_file_load": (320, 294),
    "init_module": (175, 105),
    "finit_module": (313, 273),
    "delete_module": (176, 106),
    "create_module": (174, None),
    "query_module": (178, None),
    "get_kernel_syms": (177, None),
    "reboot": (169, 142),
    "swapon": (167, 224),
    "swapoff": (168, 225),
    "sethostname": (170, 161),
    "setdomainname": (171, 162),
    "acct": (163, 89),
    "quotactl": (179, 60),
    "quotactl_fd": (443, 443),
    "syslog": (103, 116),
    "settimeofday": (164, 170),
    "clock_settime": (227, 112),
    "clock_adjtime": (305, 266),
    "adjtimex": (159, 171),
    "iopl": (172, None),
    "ioperm": (173, None),
    "modify_ldt": (154, None),
    "uselib": (134, None),
    "ustat": (136, None),
    "sysfs": (139, None),
    "nfsservctl": (180, 42),
    "vhangup": (153, 58),
    "lookup_dcookie": (212, 18),
    "personality": (135, 92),
}
# What is refused as well where no private file system hides the files of others: their owner, rights,
# times and labels can be changed by anyone with their owner's number, and Landlock does not look at that.
_OF_FILES: Final[dict[str, tuple[int | None, int | None]]] = {
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "lchown": (94, None),
    "fchown": (93, 55),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
}
# Signals to others, where neither a process namespace nor Landlock keeps them from arriving.
_OF_SIGNALS: Final[dict[str, tuple[int | None, int | None]]] = {
    "kill": (62, 129),
    "tkill": (200, 130),
    "tgkill": (234, 131),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
}
# Calls that are looked at more closely, by their arguments.
_CLONE: Final = (56, 220)
_CLONE3: Final = 435
_SOCKET: Final = (41, 198)
_SOCKETPAIR: Final = (53, 199)
_IOCTL: Final = (16, 29)
_PRCTL: Final = (157, 167)
_PRLIMIT: Final = (302, 261)
_AFFINITY: Final = (203, 122)
_FCNTL: Final = (72, 25)
# The newest call of Linux 6.0; whatever came later is told to be missing, as an older kernel would.
_NEWEST: Final = 450

_AUDIT: Final = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_X32: Final = 0x40000000
_NEW_NAMESPACES: Final = 0x7E020080
_AF_UNIX: Final = 1
_TIOCSTI, _TIOCLINUX, _TIOCSETD = 0x5412, 0x541C, 0x5423
_PR_SET_MM: Final = 35
_F_SETOWN, _F_SETOWN_EX, _F_NOTIFY = 8, 15, 1026
# A lease makes others wait for a file; a larger pipe is memory that no limit of a process counts.
_F_SETLEASE, _F_SETPIPE_SZ = 1024, 1031

_ALLOW: Final = 0x7FFF0000
_KILL: Final = 0x80000000
_ERRNO: Final = 0x00050000
_LOAD: Final = 0x20
_EQUAL: Final = 0x15
_AT_LEAST: Final = 0x35
_ANY_BIT: Final = 0x45
_RETURN: Final = 0x06
_NUMBER_AT, _ARCH_AT, _ARGUMENTS_AT = 0, 4, 16
_PR_SECCOMP_FILTER: Final = 2


class Strictness(NamedTuple):
    """What is refused beyond the list for everyone.

    `sockets` are those to processes of the same run (a connected pair is always allowed), `files` the
    owner, rights and times of any file, `signals` all signals but those of a process to itself.
    """

    sockets: bool = False
    files: bool = False
    signals: bool = False


class _Filter(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("program", ctypes.c_void_p)]


@functools.cache
def program(machine: str, strictness: Strictness = Strictness(), own_pid: int = 0) -> bytes:  # noqa: B008
    """The filter for a machine of the table: instructions of 8 bytes each.

    Raises:
        KeyError: there is no table for this machine.
    """
    if machine not in _AUDIT:
        raise KeyError(f"there is no table of the calls to the kernel for {machine}")
    column = list(_AUDIT).index(machine)
    refuse = _ERRNO | errno.EPERM
    missing = _ERRNO | errno.ENOSYS
    code = [
        _load(_ARCH_AT),
        _jump(_EQUAL, _AUDIT[machine], 1, 0),
        _give(_KILL),
        _load(_NUMBER_AT),
    ]
    if machine == "x86_64":
        code += [_jump(_AT_LEAST, _X32, 0, 1), _give(_KILL)]
    code += [_jump(_AT_LEAST, _NEWEST + 1, 0, 1), _give(missing)]
    # The C library falls back on clone, whose flags can be looked at.
    code += _if_number(_CLONE3, [_give(missing)])
    tables = [_NUMBERS]
    if strictness.files:
        tables.append(_OF_FILES)
    for table in tables:
        for pair in table.values():
            number = pair[column]
            if number is not None:
                code += _if_number(number, [_give(refuse)])
    code += _if_number(_CLONE[column], _refuse_bits(0, _NEW_NAMESPACES, refuse))
    only_unix = [*_low(0), _jump(_EQUAL, _AF_UNIX, 1, 0), _give(refuse), _give(_ALLOW)]
    code += _if_number(_SOCKET[column], [_give(refuse)] if strictness.sockets else only_unix)
    code += _if_number(_SOCKETPAIR[column], only_unix)
    code += _if_number(_IOCTL[column], _refuse_values(1, (_TIOCSTI, _TIOCLINUX, _TIOCSETD), refuse))
    # A process that is not dumpable could not be measured by the watchdog.
    code += _if_number(_PRCTL[column], _refuse_values(0, (linux.PR_SET_DUMPABLE, _PR_SET_MM), refuse))
    code += _if_number(_PRLIMIT[column], _only_values(0, (0,), refuse))
    of_signals = (_F_SETOWN, _F_SETOWN_EX, _F_NOTIFY) if strictness.signals else ()
    code += _if_number(_FCNTL[column], _refuse_values(1, (_F_SETLEASE, _F_SETPIPE_SZ, *of_signals), refuse))
    if strictness.signals:
        code += _if_number(_AFFINITY[column], _only_values(0, (0,), refuse))
        for pair in _OF_SIGNALS.values():
            number = pair[column]
            assert number is not None
            code += _if_number(number, _only_values(0, (own_pid,), refuse))
    else:
        code += _if_number(_AFFINITY[column], _refuse_values(0, (1,), refuse))
    code.append(_give(_ALLOW))
    return b"".join(code)


def install(code: bytes) -> None:
    """Puts this process and all it will start under a filter, for good."""
    linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1)
    buffer = ctypes.create_string_buffer(code, len(code))
    wrapped = _Filter(len(code) // 8, ctypes.cast(buffer, ctypes.c_void_p))
    linux.prctl(linux.PR_SET_SECCOMP, _PR_SECCOMP_FILTER, ctypes.addressof(wrapped))


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_true, if_false, value)


def _load(offset: int) -> bytes:
    return _instruction(_LOAD, offset)


def _jump(test: int, value: int, if_true: int, if_false: int) -> bytes:
    return _instruction(test, value, if_true, if_false)


def _give(action: int) -> bytes:
    return _instruction(_RETURN, action)


def _if_number(number: int, then: list[bytes]) -> list[bytes]:
    # What follows always returns, so the number is still loaded for the next comparison.
    return [_jump(_EQUAL, number, 0, len(then)), *then]


def _low(argument: int) -> list[bytes]:
    """Loads the low half of an argument: these are all 32-bit values, whatever is passed above them."""
    return [_load(_ARGUMENTS_AT + 8 * argument)]


def _refuse_bits(argument: int, bits: int, refuse: int) -> list[bytes]:
    return [*_low(argument), _jump(_ANY_BIT, bits, 0, 1), _give(refuse), _give(_ALLOW)]


def _refuse_values(argument: int, values: Iterable[int], refuse: int) -> list[bytes]:
    code = _low(argument)
    for value in values:
        code += [_jump(_EQUAL, value, 0, 1), _give(refuse)]
    return [*code, _give(_ALLOW)]


def _only_values(argument: int, values: Iterable[int], refuse: int) -> list[bytes]:
    code = _low(argument)
    for value in values:
        code += [_jump(_EQUAL, value, 0, 1), _give(_ALLOW)]
    return [*code, _give(refuse)]
