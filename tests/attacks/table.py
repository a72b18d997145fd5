"""The attacks: what a student might write, how its success is seen, and which isolation does not stop it.

`docs/sandbox.md` shows this table. Everything is small (tens of processes, tens of megabytes, seconds) and
the limits are as small, so that each attack can be let loose without walls to see that it works.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from attacks.seen import (
    Seen,
    Won,
    changed,
    counts,
    crashes,
    goes_on,
    heard,
    lives_on,
    says,
    signalled,
    tells_secret,
)
from grader.cli._printing import plain
from grader.sandbox import codec
from grader.sandbox import run as running
from grader.sandbox.channel import Raw
from grader.sandbox.jobs import Cell, Job, Ran
from grader.sandbox.limits import Limits

LIMITS: Final = Limits(
    wall_s=20.0,
    cpu_s=8,
    address_mib=1200,
    memory_mib=160,
    processes=16,
    open_files=64,
    file_mib=4,
    scratch_mib=8,
    scratch_files=256,
    output_kib=8,
    flood_mib=2,
    frame_mib=1,
    frames_mib=2,
)
EVERYONE: Final = frozenset({"root", "user"})
USER: Final = frozenset({"user"})
NOBODY: Final = frozenset[str]()
_CELL: Final = "# %%\n"
_REFERENCE: Final = codec.array((3,), (1.0, 2.0, 3.0))


class Attack(NamedTuple):
    """One attack. `codes` are run one after the other; `bare` are those for no walls, if they differ.

    `won` says whether it succeeded, `naive` whether a grader without walls is taken in. `unsafe` and
    `reduced` are those for whom it succeeds in that isolation (where the grader is root, or a user).
    `perform` is "code" for code as it is, "run" for cells of a notebook (parted by `# %%`).
    """

    id: str
    name: str
    codes: tuple[str, ...]
    won: Won
    limits: Mapping[str, Any] = MappingProxyType({})
    unsafe: frozenset[str] = NOBODY
    reduced: frozenset[str] = NOBODY
    bare: tuple[str, ...] = ()
    naive: Won | None = None
    perform: str = "code"


def job(code: str) -> bytes:
    """The request for some cells, of which `answer` and `after` are brought out."""
    return running.encode(_job(code))


def _job(code: str) -> Job:
    cells = tuple(Cell(number, source) for number, source in enumerate(code.split(_CELL), 1))
    return Job(cells, variables=("answer", "after"), cell_s=5)


class _Once:
    """A sandbox that has run already."""

    def __init__(self, raw: Raw) -> None:
        self._raw = raw

    def run(self, request: bytes, *, limits: Limits | None = None) -> Raw:
        return self._raw


def _ran(seen: Seen, code: str = "") -> Ran:
    return running.run(_Once(seen.last), _job(code or "1"))


def _right(seen: Seen) -> bool:
    """The answer that comes out is taken for the reference."""
    return bool(_ran(seen).values.get("answer") == _REFERENCE)


def _lost(seen: Seen) -> bool:
    """What stands in a later cell is lost."""
    return _ran(seen).values.get("after") != 1


def _unreadable(seen: Seen) -> bool:
    """The bytes that come out bring down who reads them."""
    for frame in seen.last.frames:
        try:
            codec.decode(codec.parse(frame))
        except codec.NoValueError:
            continue
        return True
    return not isinstance(_ran(seen), Ran)


def _json_falls(seen: Seen) -> bool:
    try:
        json.loads(seen.last.frames[0])
    except RecursionError:
        return True
    return False


def _pickle_runs(seen: Seen) -> bool:
    pickle.loads(seen.last.frames[0])
    return changed("gradebook.csv")(seen)


def _reshape_falls(seen: Seen) -> bool:
    import numpy as np

    _, shape, data = json.loads(seen.last.frames[0])["a"]
    try:
        np.frombuffer(data.encode()).reshape(shape)
    except ValueError:
        return True
    return False


def _no_frame(word: bytes) -> Won:
    return lambda seen: word not in seen.said


def _strict_text_falls(seen: Seen) -> bool:
    try:
        seen.last.output.decode()
    except UnicodeDecodeError:
        return True
    return False


def _escapes_shown(seen: Seen) -> bool:
    return "\x1b" in plain(_ran(seen).printed)


def _supervisor_falls(seen: Seen) -> bool:
    return seen.last.ended == "killed"


def _many_frames(number: int) -> Won:
    return lambda seen: len(seen.last.frames) >= number


def _listed(seen: Seen) -> bool:
    return os.path.basename(seen.targets.told["course"]).encode() in seen.said


# What the naive graders of this field do after student code, in the same process.
_CLOSE: Final = "\nimport numpy as np\nreply(json.dumps(bool(np.allclose(answer, [1., 2., 3.]))).encode())"
_EQUAL: Final = "\nreply(json.dumps(bool(answer == [1., 2., 3.])).encode())"
_NOT_OFF: Final = "\nreply(json.dumps(not bool(np.any(np.abs(answer - [1., 2., 3.]) > 1e-6))).encode())"
_TYPE: Final = "\nimport numpy as np\nreply(json.dumps(isinstance(answer, np.ndarray)).encode())"

_FORK_MARKED: Final = """
def name_me():
    ctypes.CDLL(None).prctl(15, T['mark'].encode())
"""
_DAEMON: Final = (
    _FORK_MARKED
    + """
def daemon(seconds=25):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            name_me()
            time.sleep(seconds)
        os._exit(0)
    os.wait()
"""
)
_BOMB: Final = (
    _FORK_MARKED
    + """
pids = []
for _ in range(60):
    try:
        pid = os.fork()
    except OSError:
        break
    if pid == 0:
        name_me()
        time.sleep(25)
        os._exit(0)
    pids.append(pid)
reply(str(len(pids)).encode())
"""
)
_HOLD: Final = (
    _FORK_MARKED
    + """
ready, told = os.pipe()
for _ in range(5):
    if os.fork() == 0:
        name_me()
        {hide}
        block = b'x' * (40 << 20)
        os.write(told, b'.')
        time.sleep(25)
        os._exit(0)
os.close(told)
got = 0
while got < 5 and (piece := os.read(ready, 5)):
    got += len(piece)
time.sleep(0.8)
if got == 5:
    reply(b'held')
"""
)
_WRITE: Final = """
written = made = 0
for place in {places}:
    for number in range({files}):
        try:
            with open(f"{{place}}/{{T['mark']}}{{number}}", 'wb') as file:
                made += 1
                written += file.write(b'x' * ({size}))
        except OSError:
            break
time.sleep(0.4)
reply(str({counted}).encode())
"""
_CALLS: Final = """
libc = ctypes.CDLL(None, use_errno=True)
numbers = {'x86_64': [101, 310, 321, 298, 323, 425, 248, 250, 319, 304, 272, 165, 175, 246],
           'aarch64': [117, 270, 280, 241, 282, 425, 217, 219, 279, 265, 97, 40, 105, 104]}[os.uname().machine]
reached = 0
for number in numbers:
    got = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(-1)] * 5)
    reached += got >= 0 or ctypes.get_errno() not in (1, 38)
reply(str(reached).encode())
"""
_I386: Final = """
import mmap
page = mmap.mmap(-1, 4096, prot=7)
page.write(bytes.fromhex('b814000000cd80c3'))
got = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))()
reply(b'pid' if got > 0 else b'')
"""
_TRACED: Final = """
libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(T['length'])
class Vector(ctypes.Structure):
    _fields_ = [('base', ctypes.c_void_p), ('length', ctypes.c_size_t)]
own = Vector(ctypes.addressof(buffer), T['length'])
theirs = Vector(T['address'], T['length'])
libc.process_vm_readv(T['canary'], ctypes.byref(own), 1, ctypes.byref(theirs), 1, 0)
reply(buffer.raw)
"""
_LIMITS: Final = """
import resource
for kind in (resource.RLIMIT_AS, resource.RLIMIT_CPU, resource.RLIMIT_FSIZE):
    try:
        resource.setrlimit(kind, (resource.RLIM_INFINITY,) * 2)
    except (ValueError, OSError):
        pass
if resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY:
    reply(b'raised')
"""
_WALK: Final = """
import gc
found = []
frame = sys._getframe()
while frame:
    found += map(repr, frame.f_locals.values())
    frame = frame.f_back
found += [one for one in gc.get_objects() if type(one) is str]
found += [repr(vars(one)) for one in gc.get_objects() if type(one).__name__ == 'module']
reply('\\n'.join(text for text in found if 'EXPECTED' in text)[:100_000].encode())
"""
_RESIDUE: Final = """
path = f"/tmp/{T['mark']}"
if T['round'] == 0:
    open(path, 'w').write('left')
else:
    reply(open(path).read().encode())
"""
_SHARED: Final = """
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
if T['round'] == 0:
    got = libc.shmget(T['key'], 4096, 0o1666)
    at = libc.shmat(got, None, 0)
    if at != 2**64 - 1:
        ctypes.memmove(at, b'left', 4)
else:
    got = libc.shmget(T['key'], 4096, 0)
    if got >= 0:
        at = libc.shmat(got, None, 0)
        reply(ctypes.string_at(at, 4))
        libc.shmctl(got, 0, None)
"""
_SEGMENTS: Final = """
libc = ctypes.CDLL(None, use_errno=True)
libc.shmat.restype = ctypes.c_void_p
libc.shmdt.argtypes = [ctypes.c_void_p]
held = []
for number in range(10):
    got = libc.shmget(0, 20 << 20, 0o1600)
    if got < 0:
        break
    at = libc.shmat(got, None, 0)
    ctypes.memset(ctypes.c_void_p(at), 1, 20 << 20)
    libc.shmdt(at)
    held.append(got)
time.sleep(0.3)
for got in held:
    libc.shmctl(got, 0, None)
reply(str(len(held)).encode())
"""
_SOCKETS: Final = """
held, filled = [], 0
for _ in range(100):
    try:
        pair = socket.socketpair()
        for one in pair:
            one.setblocking(False)
            try:
                while True:
                    filled += one.send(b'x' * 65536)
            except BlockingIOError:
                pass
        held.append(pair)
    except OSError:
        break
    if len(held) == 28:
        # Few can be open at once: the rest is kept by others.
        if os.fork() == 0:
            time.sleep(25)
            os._exit(0)
        for pair in held:
            for one in pair:
                one.close()
        held = []
time.sleep(0.5)
reply(str(filled >> 20).encode())
"""
_PIPES: Final = """
import fcntl
held = filled = 0
for _ in range(10):
    reading, writing = os.pipe()
    fcntl.fcntl(writing, 1031, 1 << 20)
    os.set_blocking(writing, False)
    filled += os.write(writing, b'x' * (1 << 20))
reply(str(filled >> 20).encode())
"""
_FILES: Final = "\n".join(
    [
        "import io, pathlib",
        "for fd in range(3, 300):",
        "    try:",
        "        os.lseek(fd, 0, 0)",
        "        reply(os.read(fd, 4096)[:4096].replace(b'T = ', b'')[:200])",
        "    except OSError:",
        "        pass",
    ]
)


def _read(path: str) -> str:
    return f"reply(open({path}, 'rb').read()[:4096])"


def _loop(body: str) -> str:
    return f"while True:\n    {body}"


_SPIN: Final = _loop("pass")
_WALL: Final = {"wall_s": 0.5}
_LYING: Final = """
class Lying:
    def __eq__(self, other): return True
    def __array__(self, *a, **k): return np.array([1., 2., 3.])
    __hash__ = None
answer = Lying()
"""

ATTACKS: Final[tuple[Attack, ...]] = (
    Attack("S01", "fork bomb", (_BOMB,), counts(50)),
    Attack(
        "S02",
        "thread bomb",
        (
            "import threading\nmade = 0\nfor _ in range(60):\n    try:\n        "
            "threading.Thread(target=time.sleep, args=(1,), daemon=True).start()\n        made += 1\n"
            "    except RuntimeError:\n        break\nreply(str(made).encode())",
        ),
        counts(50),
    ),
    Attack(
        "S03",
        "much memory in one process",
        ("import mmap\nx = mmap.mmap(-1, 1300 << 20)\nreply(b'got')",),
        says("got"),
    ),
    Attack("S04", "much memory in many processes", (_HOLD.format(hide="pass"),), says("held")),
    Attack(
        "S05",
        "memory by files in /dev/shm",
        (_WRITE.format(places="['/dev/shm']", files=12, size="3 << 20", counted="(written >> 20)"),),
        counts(30),
        unsafe=EVERYONE,
    ),
    Attack(
        "S06",
        "memory by files without a name",
        (
            "held = []\nfor _ in range(20):\n    try:\n        fd = os.memfd_create('x')\n        "
            "held.append(os.write(fd, b'x' * (2 << 20)))\n    except OSError:\n        break\n"
            "time.sleep(1)\nreply(str(len(held)).encode())",
        ),
        counts(20),
    ),
    Attack("S07", "compute for ever", (_SPIN,), goes_on, {"cpu_s": 1}),
    Attack(
        "S08",
        "compute for ever in 6 processes",
        (
            "[os.fork() or time.sleep(0) for _ in range(1)]\n"
            "import itertools\nfor _ in range(5):\n    if os.fork() == 0:\n        break\n" + _SPIN,
        ),
        goes_on,
        _WALL,
    ),
    Attack("S09", "sleep for ever", ("time.sleep(1000)",), goes_on, _WALL),
    Attack(
        "S10",
        "ignore every signal and compute",
        ("for n in signal.valid_signals() - {9, 19}:\n    signal.signal(n, signal.SIG_IGN)\n" + _SPIN,),
        goes_on,
        {"cpu_s": 1},
    ),
    Attack("S11", "compute without heeding signals", ("9 ** 9 ** 9",), goes_on, _WALL),
    Attack(
        "S12", "print a little for ever", (_loop("print('.', flush=True); time.sleep(0.01)"),), goes_on, _WALL
    ),
    Attack(
        "S13",
        "print without end",
        ("for _ in range(600):\n    os.write(1, b'x' * 65536)\nreply(b'printed')",),
        says("printed"),
    ),
    Attack("S14", "a result of one huge text", ("reply(b'x' * (5 << 20))",), _many_frames(1)),
    Attack(
        "S15",
        "a result of millions of entries",
        ("for _ in range(12):\n    reply(b'[' + b'0,' * 260_000 + b'0]')",),
        _many_frames(12),
    ),
    Attack("S16", "a result nested 100,000 deep", ("reply(b'[' * 100_000)",), _unreadable, naive=_json_falls),
    Attack(
        "S17",
        "one large file",
        (
            "fd = os.open('large', os.O_CREAT | os.O_WRONLY)\nsignal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "for _ in range(6):\n    os.write(fd, b'x' * (1 << 20))\nreply(str(os.fstat(fd).st_size >> 20).encode())",
        ),
        counts(6),
    ),
    Attack(
        "S18",
        "many files",
        (_WRITE.format(places="['.']", files=20, size="1 << 20", counted="(written >> 20)"),),
        counts(18),
    ),
    Attack(
        "S19",
        "very many empty files",
        (_WRITE.format(places="['.']", files=1500, size="0", counted="made"),),
        counts(1000),
    ),
    Attack("S20", "raise its own limits", (_LIMITS,), says("raised")),
    Attack(
        "S21", "read the reference, open to all", (_read("T['reference']"),), tells_secret, unsafe=EVERYONE
    ),
    Attack(
        "S22",
        "read the reference, open to the grader only",
        (_read("T['private']"),),
        tells_secret,
        unsafe=USER,
    ),
    Attack("S23", "read another student's answers", (_read("T['bob']"),), tells_secret, unsafe=EVERYONE),
    Attack(
        "S24",
        "find out whether the reference is there",
        ("reply(b'there' if os.path.exists(T['reference']) else b'')",),
        says("there"),
        unsafe=EVERYONE,
        reduced=EVERYONE,
    ),
    Attack(
        "S25",
        "list the folders of others",
        ("reply(' '.join(os.listdir(os.path.dirname(T['course']))).encode())",),
        _listed,
        unsafe=EVERYONE,
    ),
    Attack(
        "S26", "read secrets of the environment", ("reply(repr(dict(os.environ)).encode())",), tells_secret
    ),
    Attack(
        "S27",
        "read the environment of any process",
        (
            "for pid in os.listdir('/proc'):\n    try:\n        reply(open(f'/proc/{pid}/environ', 'rb').read()[:9000])\n"
            "    except OSError:\n        pass",
        ),
        tells_secret,
        unsafe=USER,
    ),
    Attack(
        "S28",
        "read the command line of the grader",
        (_read("f\"/proc/{T['pid']}/cmdline\""),),
        tells_secret,
        unsafe=EVERYONE,
    ),
    Attack(
        "S29",
        "read the memory of another process",
        (
            "with open(f\"/proc/{T['canary']}/mem\", 'rb') as file:\n    file.seek(T['address'])\n    "
            "reply(file.read(T['length']))",
        ),
        tells_secret,
        unsafe=USER,
    ),
    Attack("S30", "read it by tracing", (_TRACED,), tells_secret, unsafe=USER),
    Attack("S31", "send the grader a signal", ("os.kill(T['pid'], signal.SIGUSR2)",), signalled, unsafe=USER),
    Attack(
        "S32",
        "queue the grader a signal",
        ("ctypes.CDLL(None).sigqueue(T['pid'], 10, None)",),
        signalled,
        unsafe=USER,
    ),
    Attack(
        "S33",
        "overwrite the gradebook",
        ("open(T['gradebook'], 'w').write('100')",),
        changed("gradebook.csv"),
        unsafe=USER,
    ),
    Attack(
        "S34",
        "change rights and times of the grader's files",
        (
            "for act in (lambda p: os.utime(p, (1, 1)), lambda p: os.chmod(p, 0o777)):\n    try:\n        "
            "act(T['reference'])\n    except OSError:\n        pass",
        ),
        changed("reference.py"),
        unsafe=USER,
    ),
    Attack(
        "S35",
        "edit another student's answers",
        ("open(T['bob'], 'a').write('# x')",),
        changed("bob/answer.py"),
        unsafe=USER,
    ),
    Attack(
        "S36",
        "delete the grader's folder",
        ("import shutil\nshutil.rmtree(T['keep'])",),
        changed("canary/keep"),
        unsafe=USER,
    ),
    Attack(
        "S37",
        "leave a line in ~/.bashrc",
        ("open(T['home'] + '/.bashrc', 'a').write('x')",),
        changed("home/.bashrc"),
        unsafe=USER,
    ),
    Attack(
        "S38",
        "connect to a port of this machine",
        ("s = socket.create_connection(('127.0.0.1', T['port']), 2)\ns.send(b'x')",),
        heard,
        unsafe=EVERYONE,
    ),
    Attack(
        "S39",
        "connect to a socket without a file",
        ("s = socket.socket(socket.AF_UNIX)\ns.connect('\\0' + T['abstract'])\ns.send(b'x')",),
        heard,
        unsafe=EVERYONE,
    ),
    Attack(
        "S40",
        "connect to a socket in a folder",
        ("s = socket.socket(socket.AF_UNIX)\ns.connect(T['socket'])\ns.send(b'x')",),
        heard,
        unsafe=EVERYONE,
    ),
    Attack(
        "S41",
        "have a route to anywhere (nothing is sent)",
        (
            "s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)\ns.connect(('127.0.0.1', 9))\nreply(b'route')",
        ),
        says("route"),
        unsafe=EVERYONE,
    ),
    Attack(
        "S42",
        "listen on a port",
        ("s = socket.create_server(('127.0.0.1', 0))\nreply(b'listens')",),
        says("listens"),
        unsafe=EVERYONE,
    ),
    Attack("S43", "a daemon that outlives the run", (_DAEMON + "daemon()\ntime.sleep(0.2)",), lives_on),
    Attack("S44", "a daemon that keeps the output open", (_DAEMON + "daemon()\nos._exit(0)",), lives_on),
    Attack(
        "S45",
        "10 daemons, then never end",
        (_DAEMON + "for _ in range(10):\n    daemon()\ntime.sleep(1000)",),
        lives_on,
        {"wall_s": 1.0},
        naive=goes_on,
    ),
    Attack(
        "S46",
        "end the process above",
        ("os.kill(os.getppid() or 1, 9)\ntime.sleep(0.3)\nreply(b'1')",),
        _supervisor_falls,
        unsafe=EVERYONE,
    ),
    Attack(
        "S47",
        "leave by sys.exit",
        ("import sys\nsys.exit()\n# %%\nafter = 1",),
        _lost,
        perform="run",
        bare=("sys.exit()\nreply(b'after')",),
        naive=_no_frame(b"after"),
    ),
    Attack(
        "S48",
        "leave by os._exit(0)",
        ("os._exit(0)",),
        lambda seen: seen.last.ended == "finished",
        naive=lambda seen: "code 0" in seen.last.detail,
    ),
    Attack(
        "S49",
        "recursion without end",
        ("def f(): return f()\nf()\n# %%\nafter = 1",),
        _lost,
        perform="run",
        bare=("def f(): return f()\nf()\nreply(b'after')",),
        naive=_no_frame(b"after"),
    ),
    Attack(
        "S50",
        "recursion without a limit",
        ("sys.setrecursionlimit(10**9)\nclass A:\n    def __repr__(self): return repr(self)\nrepr(A())",),
        crashes,
    ),
    Attack("S51", "crash the interpreter", ("ctypes.string_at(0)",), crashes),
    Attack(
        "S52",
        "a pickle as the result",
        (
            "class Evil:\n    def __reduce__(self): return (exec, (\"open(%r, 'w')\" % T['gradebook'],))\n"
            "import pickle\nreply(pickle.dumps(Evil()))",
        ),
        lambda seen: _unreadable(seen) or changed("gradebook.csv")(seen),
        naive=_pickle_runs,
    ),
    Attack(
        "S53",
        "a result that claims to be 4 GiB",
        ("os.write(REPLY, b'\\xff' * 4 + b'x')\ntime.sleep(0.1)",),
        lambda seen: bool(seen.last.frames),
        naive=lambda seen: "larger" in seen.last.detail,
    ),
    Attack(
        "S54",
        "a result that names a score",
        (
            "import json\nreply(json.dumps({'frame': 'value', 'name': 'answer', 'value': {'i': '0x1'}, 'score': 100})"
            ".encode())\nreply(b'{\"frame\":' * 50_000)",
        ),
        lambda seen: "100" in repr(_ran(seen)),
        naive=lambda seen: json.loads(seen.last.frames[0])["score"] == 100,
    ),
    Attack(
        "S55",
        "an array that lies about its shape",
        ("reply(json.dumps({'a': ['f8', [10**9, 3], 'AAAAAAAAAAA=']}).encode())",),
        _unreadable,
        naive=_reshape_falls,
    ),
    Attack(
        "S56",
        "an array of objects",
        (
            "import numpy as np, io\nclass Evil:\n    def __reduce__(self): return (exec, (\"open(%r, 'w')\" % "
            "T['gradebook'],))\nout = io.BytesIO()\nnp.save(out, np.array([Evil()], dtype=object))\nreply(out.getvalue())",
        ),
        lambda seen: _unreadable(seen) or changed("gradebook.csv")(seen),
        naive=lambda seen: _loads_objects(seen) or changed("gradebook.csv")(seen),
    ),
    Attack(
        "S57",
        "replace what writes the results",
        ("import json\njson.dumps = lambda *a, **k: 'true'\nanswer = 0",),
        _right,
        perform="run",
        bare=("json.dumps = lambda *a, **k: 'true'\nanswer = 0" + _EQUAL,),
        naive=says("true"),
    ),
    Attack(
        "S58",
        "an answer that equals everything",
        ("import numpy as np\n" + _LYING,),
        _right,
        perform="run",
        bare=(_LYING + _EQUAL,),
        naive=says("true"),
    ),
    Attack(
        "S59",
        "an answer that lies about its class",
        ("import numpy as np\nclass A:\n    __class__ = np.ndarray\nanswer = A()",),
        _right,
        perform="run",
        bare=("import numpy as np\nclass A:\n    __class__ = np.ndarray\nanswer = A()" + _TYPE,),
        naive=says("true"),
    ),
    Attack(
        "S60",
        "an array whose functions lie",
        (
            _ARRAY := (
                "import numpy as np\nclass A(np.ndarray):\n    def __array_ufunc__(self, *a, **k): return np.zeros(3)\n"
                "    def __array_function__(self, *a, **k): return True\nanswer = np.zeros(3).view(A)"
            ),
        ),
        _right,
        perform="run",
        bare=(_ARRAY + _CLOSE,),
        naive=says("true"),
    ),
    Attack(
        "S61",
        "replace np.allclose",
        (
            _PATCH := (
                "import numpy as np\nfor name in ('allclose', 'isclose', 'all', 'array_equal'):\n"
                "    setattr(np, name, lambda *a, **k: True)\nanswer = np.zeros(3)"
            ),
        ),
        _right,
        perform="run",
        bare=(_PATCH + _CLOSE,),
        naive=says("true"),
    ),
    Attack(
        "S62",
        "answer with NaN",
        ("import numpy as np\nanswer = np.full(3, np.nan)",),
        _right,
        perform="run",
        bare=("import numpy as np\nanswer = np.full(3, np.nan)" + _NOT_OFF,),
        naive=says("true"),
    ),
    Attack(
        "S63",
        "search the process for the reference",
        (_WALK,),
        tells_secret,
        bare=("EXPECTED = 'EXPECTED ' + open(T['reference']).read()\n" + _WALK,),
    ),
    Attack("S64", "find files of an earlier run", (_RESIDUE, _RESIDUE), says("left"), unsafe=EVERYONE),
    Attack("S65", "find shared memory of an earlier run", (_SHARED, _SHARED), says("left"), unsafe=EVERYONE),
    Attack("S66", "use what the grader has open", (_FILES,), tells_secret),
    Attack("S67", "reach rare parts of the kernel", (_CALLS,), counts(3), unsafe=EVERYONE),
    Attack(
        "S69",
        "gain rights by starting a program",
        ("reply(b'may' if ctypes.CDLL(None).prctl(39, 0, 0, 0, 0) == 0 else b'')",),
        says("may"),
        unsafe=EVERYONE,
    ),
    Attack(
        "S70",
        "change how it is scheduled or killed",
        (
            "try:\n    os.setpriority(os.PRIO_PROCESS, 0, 5)\n    reply(b'nice')\nexcept OSError:\n    pass\n"
            "open('/proc/self/oom_score_adj', 'w').write('500')\nreply(b'nice')",
        ),
        says("nice"),
        unsafe=EVERYONE,
    ),
    Attack(
        "S71",
        "delete the folder it runs in",
        (
            "import shutil\nshutil.rmtree(os.getcwd(), ignore_errors=True)\nreply(b'done')",
            "open('x', 'w')\nreply(b'fine')",
        ),
        _no_frame(b"fine"),
    ),
    Attack("S72", "read what is typed to the grader", ("reply(os.read(0, 100))",), tells_secret),
    Attack(
        "S73",
        "write into the process above",
        ("open(f'/proc/{os.getppid() or 1}/mem', 'r+b')\nreply(b'opened')",),
        says("opened"),
    ),
    Attack(
        "S74",
        "fill folders of others",
        (_WRITE.format(places="T['fill']", files=5, size="4 << 20", counted="(written >> 20)"),),
        counts(19),
        unsafe=EVERYONE,
    ),
    Attack("S75", "stop itself", ("os.kill(os.getpid(), signal.SIGSTOP)",), goes_on, _WALL),
    Attack(
        "S76",
        "close everything and go on",
        ("os.closerange(0, 256)\nreply(b'after')",),
        goes_on,
        naive=_no_frame(b"after"),
    ),
    Attack(
        "S77",
        "print what is no text",
        ("os.write(1, bytes(range(256)))\nos.write(2, b'\\xff\\xfe')",),
        lambda seen: not isinstance(_ran(seen).printed, str),
        naive=_strict_text_falls,
    ),
    Attack(
        "S78",
        "print commands for terminals",
        ("os.write(1, b'\\x1b]0;x\\x07\\x1b[31m')",),
        _escapes_shown,
        naive=lambda seen: b"\x1b" in seen.last.output,
    ),
    # Beyond what others have tried.
    Attack("X01", "memory in the buffers of sockets", (_SOCKETS,), counts(38), {"memory_mib": 64}),
    Attack("X02", "memory in shared segments nobody has attached", (_SEGMENTS,), counts(10), unsafe=EVERYONE),
    Attack(
        "X03",
        "hide from the watchdog, then use memory",
        (_HOLD.format(hide="ctypes.CDLL(None).prctl(4, 0, 0, 0, 0)"),),
        says("held"),
    ),
    Attack(
        "X04",
        "set limits of the process above",
        (
            "import resource\nresource.prlimit(os.getppid() or 1, resource.RLIMIT_NOFILE, (0, 4096))\nreply(b'set')",
        ),
        says("set"),
        unsafe=EVERYONE,
    ),
    Attack(
        "X05",
        "slow the process above",
        ("os.setpriority(os.PRIO_PROCESS, os.getppid() or 1, 19)\nreply(b'slow')",),
        says("slow"),
        unsafe=EVERYONE,
    ),
    Attack(
        "X06",
        "a signal by way of a pipe",
        (
            "import fcntl\nr, w = os.pipe()\nfcntl.fcntl(r, 8, T['pid'])\nfcntl.fcntl(r, 10, signal.SIGUSR1)\n"
            "fcntl.fcntl(r, fcntl.F_SETFL, fcntl.fcntl(r, fcntl.F_GETFL) | os.O_ASYNC)\nos.write(w, b'x')\ntime.sleep(.1)",
        ),
        signalled,
        unsafe=USER,
    ),
    Attack(
        "X07",
        "a namespace with rights of its own",
        ("reply(b'root' if ctypes.CDLL(None).unshare(0x10000000) == 0 else b'')",),
        says("root"),
        unsafe=EVERYONE,
    ),
    Attack(
        "X08",
        "a link for whoever cleans up to follow",
        (
            "os.symlink(T['keep'], 'link')\nos.mkdir('deep')\nos.symlink(T['keep'], 'deep/link')\n"
            "try:\n    os.chmod('deep', 0)\nexcept OSError:\n    pass",
        ),
        changed("canary/keep"),
        bare=(
            "os.symlink(T['keep'], 'link')\nimport subprocess\nsubprocess.run(['rm', '-r', 'link/'], check=False)\n"
            "[os.unlink('link/' + n) for n in os.listdir('link')]",
        ),
        naive=changed("canary/keep"),
    ),
    Attack(
        "X09",
        "very many empty results",
        ("block = b'\\0' * 400_000\nfor _ in range(4):\n    os.write(REPLY, block)\n    time.sleep(0.01)",),
        lambda seen: len(seen.last.frames) > 200_000,
        naive=lambda seen: len(seen.last.frames) > 50_000,
    ),
    Attack(
        "X10",
        "look at what the process above has open",
        ("reply(' '.join(os.listdir(f'/proc/{os.getppid() or 1}/fd')).encode() + b' open')",),
        says("open"),
    ),
    Attack(
        "X11",
        "end every process there is",
        # Never outside of a namespace of processes: there, this would be all of the user's.
        ("os.kill(-1 if os.getpid() == 2 and os.getppid() < 2 and not T['bare'] else os.getppid(), 9)",),
        lambda seen: seen.last.ended == "killed",
        unsafe=EVERYONE,
    ),
    Attack(
        "X12",
        "change packages for the next student",
        ("import numpy\nreply(b'writable' if os.access(os.path.dirname(numpy.__file__), os.W_OK) else b'')",),
        says("writable"),
        bare=("reply(b'writable' if os.access(T['keep'], os.W_OK) else b'')",),
    ),
    Attack("X13", "memory in large pipes", (_PIPES,), counts(8), unsafe=EVERYONE),
    Attack(
        "X14",
        "watch what others do in a folder",
        (
            "libc = ctypes.CDLL(None)\nfd = libc.inotify_init1(0)\n"
            "if fd >= 0 and libc.inotify_add_watch(fd, T['course'].encode(), 0xfff) >= 0:\n    reply(b'watches')",
        ),
        says("watches"),
        unsafe=EVERYONE,
    ),
    Attack(
        "X15",
        "make others wait for a file",
        (
            "import fcntl\nfor path in (T['bob'], os.__file__):\n    try:\n        fd = os.open(path, os.O_RDONLY)\n"
            "        fcntl.fcntl(fd, 1024, fcntl.F_WRLCK)\n        reply(b'held')\n        break\n"
            "    except OSError:\n        pass",
        ),
        says("held"),
        unsafe=USER,
    ),
    Attack(
        "X16",
        "fill the disk with files that have no name",
        (
            "held = []\nfor _ in range(20):\n    held.append(os.open('x', os.O_CREAT | os.O_WRONLY))\n"
            "    os.unlink('x')\n    os.write(held[-1], b'x' * (1 << 20))\ntime.sleep(0.4)\n"
            "reply(str(len(held)).encode())",
        ),
        counts(20),
    ),
    # Only there is a second table of calls, by which a filter could be gone around.
    *(
        Attack("S68", "call the kernel as a 32-bit program", (_I386,), says("pid"), unsafe=EVERYONE)
        for machine in [os.uname().machine]
        if machine == "x86_64"
    ),
)


def _loads_objects(seen: Seen) -> bool:
    import io

    import numpy as np

    np.load(io.BytesIO(seen.last.frames[0]), allow_pickle=True)
    return False
