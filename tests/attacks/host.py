"""Stands for a grader that is attacked: `python host.py ISOLATION SECRET` prints what came of every attack.

ISOLATION is one of the sandbox's, or `bare` for student code run with nothing around it. The secret is in
this process's command line and environment, in files of a course folder, and in the memory of a child.
"""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

ROOT: Final = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]

from attacks.seen import Seen, Targets, goes_on, kept  # noqa: E402
from attacks.table import ATTACKS, LIMITS, Attack  # noqa: E402
from grader.sandbox import channel, linux, supervisor  # noqa: E402
from grader.sandbox.channel import Raw  # noqa: E402
from grader.sandbox.descriptors import descriptors  # noqa: E402
from grader.sandbox.launch import PERFORMS, Sandbox  # noqa: E402
from grader.sandbox.limits import Limits  # noqa: E402

PERFORM: Final = str(Path(__file__).with_name("perform.py"))
BARE: Final = str(Path(__file__).with_name("bare.py"))
FILES: Final = ("reference.py", "private.py", "bob/answer.py", "gradebook.csv", "home/.bashrc", "canary/keep")
_CANARY: Final = """
import ctypes, sys, time
buffer = ctypes.create_string_buffer(sys.stdin.readline().strip().encode())
ctypes.CDLL(None).prctl(0x59616d61, ctypes.c_ulong(-1 % 2**64), 0, 0, 0)
print(ctypes.addressof(buffer), flush=True)
time.sleep(600)
"""


def main(isolation: str, token: str) -> None:
    """Tries every attack, and prints by its name whether it succeeded."""
    linux.prctl(linux.PR_SET_CHILD_SUBREAPER, 1)
    results: dict[str, Any] = {}
    with _targets(token, isolation) as targets:
        if isolation == "bare":
            # What attacks leave running here keeps the output open: that is seen at once.
            channel._DRAIN_S = 0.2  # type: ignore[misc]
            for attack in ATTACKS:
                results[attack.id] = _try_bare(attack, targets)
        else:
            performs = {"code": PERFORM, **PERFORMS}
            with Sandbox(isolation, LIMITS, performs=performs, warm=("numpy",)) as sandbox:  # type: ignore[arg-type]
                for attack in ATTACKS:
                    results[attack.id] = _try(attack, targets, sandbox)
    print(json.dumps(results))


def _try(attack: Attack, targets: Targets, sandbox: Sandbox) -> dict[str, Any]:
    _reset(targets)
    raws = []
    for number, code in enumerate(attack.codes):
        limits = Limits.model_validate({**_plain(LIMITS), **attack.limits})
        raws.append(
            sandbox.run(_request(attack, code, number, targets), limits=limits, perform=attack.perform)
        )
    return _judged(attack, Seen(tuple(raws), targets, False))


def _try_bare(attack: Attack, targets: Targets) -> dict[str, Any]:
    _reset(targets)
    folder = tempfile.mkdtemp(prefix="bare-")
    try:
        raws = []
        for number, code in enumerate(attack.bare or attack.codes):
            raws.append(
                _run_bare(_request(attack, code, number, targets), targets, folder, _patience_s(attack))
            )
        return _judged(attack, Seen(tuple(raws), targets, True))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _patience_s(attack: Attack) -> float:
    """How long it is waited for an attack: not long for what would never end."""
    return 0.6 if goes_on in (attack.won, attack.naive) else 30.0


def _run_bare(request: bytes, targets: Targets, folder: str, patience_s: float) -> Raw:
    """Runs code in a plain process, with whatever this one has open, and no limits but our patience."""
    if not os.path.isdir(folder):
        return Raw((), "killed", "the folder is gone", b"", 0.0, 0.0, 0)
    with descriptors() as held:
        output, output_in = held.pipe()
        reply, reply_in = held.pipe()
        status, status_in = held.pipe()
        typed, typed_in = held.pipe()
        os.write(typed_in, targets.token.encode())
        held.close(typed_in)
        asked = held.memory(request)
        # As many programs do: everything that is open goes along.
        secret = held.keep(os.open(targets.course / "private.py", os.O_RDONLY))
        for fd in (asked, reply_in, status_in, secret):
            os.set_inheritable(fd, True)
        command = [sys.executable, "-s", "-S", BARE, str(asked), str(reply_in), str(status_in)]
        with subprocess.Popen(
            command,
            stdin=typed,
            stdout=output_in,
            stderr=output_in,
            close_fds=False,
            cwd=folder,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        ) as process:
            pidfd = held.keep(os.pidfd_open(process.pid))
            for fd in (asked, output_in, reply_in, status_in):
                held.close(fd)
            limits = Limits(wall_s=patience_s, frame_mib=64, frames_mib=256, flood_mib=1024, memory_mib=4096)

            def stop() -> None:
                _end_descendants(targets)

            raw = channel.collect(output, reply, status, pidfd, stop, limits)
            process.kill()
        return raw


def _judged(attack: Attack, seen: Seen) -> dict[str, Any]:
    # What was sent to a listener or a handler here may be on its way.
    time.sleep(0.02)
    try:
        won = (attack.naive if seen.bare and attack.naive else attack.won)(seen)
    except Exception as error:
        won, said = False, repr(error)
    else:
        said = "; ".join(f"{raw.ended} {raw.detail} {raw.output[-300:]!r}" for raw in seen.raws)
    for pid in seen.targets.marked():
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)
    if seen.bare:
        _end_descendants(seen.targets)
    for path in seen.targets.told["litter"]:
        for found in Path(path).parent.glob(f"{Path(path).name}*"):
            with suppress(OSError):
                found.unlink()
    return {"won": won, "said": said, "s": round(sum(raw.wall_s for raw in seen.raws), 2)}


def _end_descendants(targets: Targets) -> None:
    """Ends what the unprotected attacks have started: all below this process but the canary."""
    for _ in range(50):
        left = [pid for pid in supervisor._descendants() if pid != targets.canary]
        for pid in left:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with suppress(ChildProcessError):
            while (gone := os.waitpid(-1, os.WNOHANG)[0]) and gone != targets.canary:
                pass
        if not left:
            return


def _request(attack: Attack, code: str, number: int, targets: Targets) -> bytes:
    if attack.perform == "run" and not targets.told["bare"]:
        from attacks.table import job

        return job(code)
    told = {**targets.told, "round": number, "kept": None, "python": sys.executable}
    return f"T = json.loads({json.dumps(json.dumps(told))})\n{code}".encode()


def _plain(limits: Limits) -> dict[str, Any]:
    return dict(vars(limits))


def _reset(targets: Targets) -> None:
    """Puts everything back as it was."""
    shutil.rmtree(targets.course, ignore_errors=True)
    for name in FILES:
        path = targets.course / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"SECRET = '{targets.token}'\n")
        path.chmod(0o600 if name == "private.py" else 0o644)
    (targets.course / "fill").mkdir()
    for folder in (targets.course, *targets.course.iterdir()):
        if folder.is_dir():
            folder.chmod(0o755)
    targets.told["kept"] = kept(targets, list(FILES))
    targets.signals.clear()
    targets.heard.clear()


@contextmanager
def _targets(token: str, isolation: str) -> Iterator[Targets]:
    base = Path(tempfile.mkdtemp(prefix="grading-"))
    base.chmod(0o755)
    mark = f"m{os.getpid()}"
    canary = subprocess.Popen(
        [sys.executable, "-c", _CANARY], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={}
    )
    assert canary.stdin and canary.stdout
    canary.stdin.write(token.encode() + b"\n")
    canary.stdin.flush()
    address = int(canary.stdout.readline())
    targets = Targets(token, mark, {}, base / "course", canary.pid)
    for number in (signal.SIGUSR1, signal.SIGUSR2, signal.SIGIO):
        signal.signal(number, lambda got, _: targets.signals.append(got))
    ports, abstract, named = socket.create_server(("127.0.0.1", 0)), *_unix(2)
    abstract.bind(f"\0{mark}")
    named.bind(str(base / "socket"))
    (base / "socket").chmod(0o666)
    for listener in (ports, abstract, named):
        listener.listen()
        threading.Thread(target=_listen, args=(listener, targets), daemon=True).start()
    course = targets.course
    targets.told |= {
        "bare": isolation == "bare",
        "pid": os.getpid(),
        "canary": canary.pid,
        "address": address,
        "length": len(token),
        "mark": mark,
        "course": str(course),
        "reference": str(course / "reference.py"),
        "private": str(course / "private.py"),
        "bob": str(course / "bob" / "answer.py"),
        "gradebook": str(course / "gradebook.csv"),
        "home": str(course / "home"),
        "keep": str(course / "canary"),
        "port": ports.getsockname()[1],
        "abstract": mark,
        "socket": str(base / "socket"),
        "key": 0x10000000 + os.getpid(),
        # Without walls nobody's real folders are filled.
        "fill": [str(course / "fill")]
        if isolation == "bare"
        else ["/", "/dev", "/run", "/etc", "/usr", "/home", "/var/tmp", str(course / "fill")],
        "litter": [f"/tmp/{mark}", f"/dev/shm/{mark}", f"/var/tmp/{mark}"],
    }
    try:
        yield targets
    finally:
        canary.kill()
        with canary:
            pass
        for listener in (ports, abstract, named):
            listener.close()
        shutil.rmtree(base, ignore_errors=True)


def _unix(count: int) -> list[socket.socket]:
    return [socket.socket(socket.AF_UNIX) for _ in range(count)]


def _listen(listener: socket.socket, targets: Targets) -> None:
    with suppress(OSError):
        while True:
            got, _ = listener.accept()
            with got:
                got.settimeout(2)
                targets.heard.append(got.recv(100))


if __name__ == "__main__":
    # Above the numbers the attacks look through, so that only what is let through is found.
    fcntl.fcntl(0, fcntl.F_GETFD)
    main(sys.argv[1], sys.argv[2])
