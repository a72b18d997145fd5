"""Folders on the disk for runs that have no file system of their own, and what killed graders left of them.

Each grader has one folder with a lock in it that it holds as long as it lives: a folder whose lock is free is
nobody's any more, also where its grader ran in another container.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from grader.errors import StaffError

_PREFIX: Final = "grader-runs-"
_LOCK: Final = "lock"


class Scratch:
    """A folder for the runs of one sandbox; those of graders that are no more are removed first.

    Raises:
        StaffError: student code, which runs as another user, could not enter it.
    """

    def __init__(self, user: int) -> None:
        base = Path(tempfile.gettempdir()).resolve()
        self._owner = user if os.getuid() == 0 else -1
        if os.getuid() == 0:
            _check(base)
        self.folder, self._lock = _made_and_locked(base, _PREFIX)
        # To be gone through, not to be looked at.
        os.chmod(self.folder, 0o711)  # noqa: S103
        # What the warm parent writes down: its own, but not of the runs.
        self.warm = self._made("warm-")

    @contextmanager
    def of_a_run(self) -> Iterator[str]:
        """An empty folder of a run's own."""
        folder = self._made("run-")
        try:
            yield folder
        finally:
            remove(folder)

    def close(self) -> None:
        """Removes all of it."""
        remove(self.folder)
        os.close(self._lock)

    def _made(self, prefix: str) -> str:
        folder = tempfile.mkdtemp(prefix=prefix, dir=self.folder)
        if self._owner >= 0:
            os.chown(folder, self._owner, -1)
        return folder


@contextmanager
def folder_of_its_own(prefix: str) -> Iterator[Path]:
    """A folder for a while; those with this prefix whose graders are no more are removed first."""
    folder, lock = _made_and_locked(Path(tempfile.gettempdir()).resolve(), prefix)
    try:
        yield Path(folder)
    finally:
        remove(folder)
        os.close(lock)


def _made_and_locked(base: Path, prefix: str) -> tuple[str, int]:
    _sweep(base, prefix)
    # Under its name only when it is locked: before, another grader would take it for nobody's.
    made = Path(tempfile.mkdtemp(prefix=f".{prefix}", dir=base))
    lock = os.open(made / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    folder = made.with_name(made.name.removeprefix("."))
    made.rename(folder)
    return str(folder), lock


def _check(base: Path) -> None:
    """Whether everybody may go to a folder.

    Raises:
        StaffError: not everybody may.
    """
    for folder in (*reversed(base.parents), base):
        if not folder.stat().st_mode & 0o001:
            raise StaffError(
                f"student code runs as a user of its own here, which cannot enter {folder}: set TMPDIR to a "
                "folder that everybody may enter, as /tmp"
            )


def _sweep(base: Path, prefix: str) -> None:
    for folder in base.glob(f"{prefix}*"):
        try:
            if folder.is_symlink() or folder.stat().st_uid != os.getuid():
                continue
            lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        except OSError:
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            remove(str(folder))
        except OSError:
            pass  # its grader is at work
        finally:
            os.close(lock)


def remove(folder: str) -> None:
    """Removes a folder that student code has filled, whatever rights it has set in it."""
    try:
        os.chmod(folder, 0o700)
    except OSError:
        return
    for path, folders, _ in os.walk(folder):
        for name in folders:
            inner = Path(path, name)
            if not inner.is_symlink():
                inner.chmod(0o700)
    shutil.rmtree(folder, ignore_errors=True)
