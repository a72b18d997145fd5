"""Folders of runs on the disk: made where they can be entered, removed also when their grader was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from grader.errors import StaffError
from grader.sandbox import landlock
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits
from grader.sandbox.scratch import Scratch, folder_of_its_own, remove

_HOLD = """
import sys, tempfile, time
from grader.sandbox.scratch import Scratch
tempfile.tempdir = sys.argv[1]
scratch = Scratch(54321)
with scratch.of_a_run() as folder:
    print(folder, flush=True)
    time.sleep(60)
"""
_TEST_ITSELF = """
import sys, tempfile, time
from grader.sandbox import selftest
tempfile.tempdir = sys.argv[1]
with selftest._targets() as targets:
    print(targets["file"], flush=True)
    time.sleep(60)
"""


@pytest.fixture
def base(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    # Not pytest's, which only its owner may enter.
    with TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        monkeypatch.setattr("tempfile.tempdir", name)
        yield Path(name)


@pytest.mark.parametrize("what", [_HOLD, _TEST_ITSELF], ids=["runs", "self-test"])
def test_what_a_killed_grader_has_left_is_removed_and_what_a_living_one_has_is_not(
    what: str, base: Path
) -> None:
    graders = [
        subprocess.Popen(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", what, str(base)],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
        for _ in range(2)
    ]
    try:
        folders = []
        for one in graders:
            assert one.stdout is not None
            folders.append(Path(one.stdout.readline().strip()))
        graders[0].send_signal(signal.SIGKILL)
        graders[0].wait()
        assert all(folder.exists() for folder in folders)
        with folder_of_its_own("grader-canary-"):
            Scratch(54321).close()
        assert [folder.exists() for folder in folders] == [False, True]
        assert list(base.iterdir()) == [folders[1].parent]
    finally:
        for one in graders:
            one.kill()
            with one:
                pass


def test_a_folder_that_student_code_has_closed_to_itself_is_removed(base: Path) -> None:
    deep = base / "run" / "a" / "b"
    deep.mkdir(parents=True)
    (deep / "file").write_text("x")
    (base / "keep").mkdir(mode=0o755)
    (deep / "link").symlink_to(base / "keep")
    for folder in (deep, deep.parent, deep.parent.parent):
        folder.chmod(0)
    remove(str(base / "run"))
    assert [path.name for path in base.iterdir()] == ["keep"]
    assert (base / "keep").stat().st_mode & 0o777 == 0o755


def test_a_folder_for_temporary_files_that_others_cannot_enter_is_named(
    base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = base / "closed"
    inner = closed / "tmp"
    inner.mkdir(parents=True)
    closed.chmod(0o700)
    monkeypatch.setattr("tempfile.tempdir", str(inner))
    monkeypatch.setattr("os.getuid", lambda: 0)
    with pytest.raises(StaffError, match=rf"cannot enter {closed}: set TMPDIR"):
        Sandbox("reduced", Limits())


@pytest.mark.parametrize("version", [0, 2])
def test_reduced_is_refused_where_landlock_is_missing_or_too_old(
    version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(landlock, "version", lambda: version)
    with pytest.raises(StaffError, match=rf"Landlock failed: .*version {version} .*3 is needed"):
        Sandbox("reduced", Limits())
