"""Runs of student code end within their limits, say how, and see nothing of one another or of the grader."""

from __future__ import annotations

import shutil
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Final, get_args

import pytest
from click.testing import CliRunner

from grader.cli import main
from grader.errors import StaffError
from grader.options import OptionsError
from grader.sandbox import opening, remedies, seccomp, selftest
from grader.sandbox.channel import Raw
from grader.sandbox.launch import Isolation, Sandbox
from grader.sandbox.limits import Limits

# Every isolation that needs nothing that may not be installed.
HERE: Final = [one for one in get_args(Isolation) if one != "bubblewrap" or shutil.which("bwrap")]
PERFORM: Final = str(Path(__file__).parent / "attacks" / "perform.py")
SMALL: Final = Limits(wall_s=30, cpu_s=5)


@pytest.fixture(scope="module", params=HERE)
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(request.param, SMALL, performs={"run": PERFORM}, warm=()) as opened:
        yield opened


@pytest.fixture(scope="module")
def strongest() -> Iterator[Sandbox]:
    with Sandbox("namespaces", SMALL, performs={"run": PERFORM}, warm=()) as opened:
        yield opened


def test_what_a_run_sends_and_prints_comes_out(sandbox: Sandbox) -> None:
    raw = sandbox.run(b"reply(b'one'); print('said', flush=True); os.write(2, b'also'); reply(b'two')")
    assert (raw.ended, raw.frames, raw.output) == ("finished", (b"one", b"two"), b"said\nalso")
    assert raw.memory_bytes > 1 << 20


@pytest.mark.parametrize(
    ("code", "limits", "ended"),
    [
        ("reply(b'1'); os._exit(0)", {}, "exit"),
        ("reply(b'1'); raise ValueError", {}, "exit"),
        ("reply(b'1'); os.kill(os.getpid(), 11)", {}, "signal"),
        ("reply(b'1'); time.sleep(60)", {"wall_s": 3}, "wall"),
        ("reply(b'1')\nwhile True: pass", {"cpu_s": 1}, "cpu"),
        (
            "reply(b'1'); x = b'x' * (200 << 20); time.sleep(60)",
            {"memory_mib": 96},
            "memory",
        ),
        ("reply(b'1')\nwhile True: os.write(1, b'x' * 65536)", {"flood_mib": 1}, "output"),
        ("reply(b'1'); reply(b'x' * (2 << 20))", {"frame_mib": 1}, "frames"),
        ("reply(b'1')\nwhile True: reply(b'x' * 1000)", {"frames_mib": 1}, "frames"),
        ("reply(b'1')\nwhile True: reply(b'')", {}, "frames"),
    ],
    ids=lambda value: value if isinstance(value, str) and value.isalpha() else "",
)
def test_how_a_run_ends_is_said_and_what_came_before_is_kept(
    sandbox: Sandbox, code: str, limits: dict[str, float], ended: str
) -> None:
    raw = sandbox.run(code.encode(), limits=Limits.model_validate({"wall_s": 30, **limits}))
    assert (raw.ended, raw.frames[:1]) == (ended, (b"1",))
    assert raw.detail.endswith(".")


def test_the_head_and_the_tail_of_a_long_output_are_kept(strongest: Sandbox) -> None:
    code = b"os.write(1, b'first' + b'.' * 500_000 + b'last')"
    raw = strongest.run(code, limits=Limits(output_kib=4))
    assert raw.output.startswith(b"first.")
    assert raw.output.endswith(b".last")
    assert b"495913 bytes left out" in raw.output
    assert len(raw.output) < 5000


def test_a_request_of_any_size_arrives_whole(sandbox: Sandbox) -> None:
    long = b"x = '" + b"a" * 3_000_000 + b"'; reply(str(len(x)).encode())"
    assert sandbox.run(long).frames == (b"3000000",)


def test_the_canaries_stay_where_they_are_and_get_out_where_nothing_holds_them() -> None:
    for isolation in ("namespaces", "unsafe"):
        with Sandbox(isolation, Limits(), warm=()) as opened:
            found = selftest.run_canaries(opened)
        assert not isinstance(found, str), found
        out = [canary.name for canary in found if canary.succeeded]
        assert bool(out) == (isolation == "unsafe")
        assert len(found) > 15


def test_a_canary_that_gets_out_is_a_refusal(monkeypatch: pytest.MonkeyPatch) -> None:
    escaped = (selftest.Canary("read a file of the grader", True),)
    monkeypatch.setattr(selftest, "run_canaries", lambda _: escaped)
    with pytest.raises(StaffError, match=r"(?s)namespaces.*read a file.*bubblewrap.*read a file.*--unsafe"):
        opening.open_sandbox("auto")


def test_an_unknown_isolation_is_refused_with_those_there_are() -> None:
    with pytest.raises(StaffError, match="auto, namespaces, bubblewrap, reduced, unsafe"):
        opening.open_sandbox("strong")  # type: ignore[arg-type]


def test_where_there_is_no_linux_the_remedy_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    with pytest.raises(StaffError, match="docker run --network none"):
        opening.open_sandbox()


@pytest.mark.parametrize(
    ("setting", "value", "remedy"),
    [
        ("user/max_user_namespaces", "0", "max_user_namespaces=10000"),
        ("kernel/unprivileged_userns_clone", "0", "unprivileged_userns_clone=1"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1", "apparmor-profiles"),
    ],
)
def test_a_setting_that_forbids_namespaces_is_named(
    monkeypatch: pytest.MonkeyPatch, setting: str, value: str, remedy: str
) -> None:
    monkeypatch.setattr(remedies, "_setting", {setting: value}.get)
    told = {"failed": "unshare user", "errno": 1, "said": "Operation not permitted"}
    said = remedies.refusal("namespaces", told)
    assert "unshare user failed (EPERM)" in said
    assert remedy in said


def test_limits_are_read_with_all_faults_at_once() -> None:
    read = Limits.model_validate({"wall_s": "2.5", "processes": "8"})
    assert (read.wall_s, read.processes, read.memory_mib) == (2.5, 8, 1024)
    with pytest.raises(OptionsError, match=r"(?s)wall_s.*seconds.*processes") as told:
        Limits.model_validate({"wall_s": "soon", "processes": "0", "files": "3"})
    assert len(told.value.mismatches) == 3


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("strict", [False, True])
def test_the_filter_of_each_machine_is_a_program_that_always_returns(machine: str, strict: bool) -> None:
    code = seccomp.program(machine, seccomp.Strictness(strict, strict, strict), 7)
    steps = [struct.unpack("=HBBI", code[at : at + 8]) for at in range(0, len(code), 8)]
    assert 100 < len(steps) < 4096
    assert steps[-1][0] == 0x06
    for at, (operation, if_true, if_false, _) in enumerate(steps):
        if operation & 7 == 5:
            assert at + 1 + max(if_true, if_false) < len(steps)


def test_no_machine_has_two_calls_with_one_number() -> None:
    tables = seccomp._NUMBERS | seccomp._OF_FILES | seccomp._OF_SIGNALS
    for column in (0, 1):
        numbers = [pair[column] for pair in tables.values() if pair[column] is not None]
        assert len(numbers) == len(set(numbers))


def test_two_runs_at_once_do_not_meet(strongest: Sandbox) -> None:
    from concurrent.futures import ThreadPoolExecutor

    code = b"""
open('/tmp/mark', 'x').close()
time.sleep(0.2)
reply(str(sorted(os.listdir('/proc'))[:2]).encode())
"""

    def one(_: int) -> Raw:
        return strongest.run(code)

    with ThreadPoolExecutor(4) as pool:
        raws = list(pool.map(one, range(8)))
    assert {raw.ended for raw in raws} == {"finished"}
    assert {raw.frames for raw in raws} == {(b"['1', '2']",)}


def test_nothing_is_left_of_one_run_for_the_next(strongest: Sandbox) -> None:
    strongest.run(b"""
import builtins
open('/tmp/left', 'w').write('x')
os.environ['LEFT'] = '1'
builtins.left = 1
""")
    code = b"""
import builtins
found = [os.path.exists('/tmp/left'), 'LEFT' in os.environ, hasattr(builtins, 'left'), *os.listdir()]
reply(repr(found).encode())
"""
    assert strongest.run(code).frames == (b"[False, False, False]",)


def test_the_command_tells_what_there_is_and_what_gets_out(monkeypatch: pytest.MonkeyPatch) -> None:
    inside = (selftest.Canary("read a file of the grader", False),)
    outside = (selftest.Canary("read a file of the grader", True),)
    tried = [
        opening.Tried("namespaces", "", inside),
        opening.Tried("bubblewrap", "the isolation 'bubblewrap' is not to be had here: install it"),
        opening.Tried("unsafe", "", outside),
    ]
    monkeypatch.setattr(opening, "try_all", lambda: tried)
    ran = CliRunner().invoke(main, ["sandbox"])
    assert ran.exit_code == 0
    assert "namespaces  used, unless another is asked for" in ran.output
    assert "bubblewrap  not here, see below" in ran.output
    assert "unsafe      to be had by --unsafe" in ran.output
    assert "read a file of the grader  no          yes" in ran.output
    assert "install it" in ran.output
    monkeypatch.setattr(opening, "try_all", lambda: tried[1:])
    ran = CliRunner().invoke(main, ["sandbox"])
    assert (ran.exit_code, ran.output.startswith("Student code is not run on this machine")) == (1, True)


@pytest.mark.parametrize("words", [["--unsafe"], ["--isolation=reduced"]])
def test_what_is_weaker_is_said_when_it_is_asked_for(words: list[str], tmp_path: Path) -> None:
    ran = CliRunner().invoke(main, ["grade", str(tmp_path), "--out", str(tmp_path / "graded"), *words])
    assert "Where student code is run, it is with the isolation" in ran.output
