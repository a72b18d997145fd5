"""Descriptors that are closed at the end, whatever happens."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager


class Descriptors:
    """Pipes and files in memory, open until they are closed one by one or all together."""

    def __init__(self) -> None:
        self._open: set[int] = set()

    def keep(self, fd: int) -> int:
        """Takes over a descriptor."""
        self._open.add(fd)
        return fd

    def pipe(self) -> tuple[int, int]:
        """The end to read from and the end to write to."""
        first, second = os.pipe()
        return self.keep(first), self.keep(second)

    def memory(self, data: bytes) -> int:
        """A file in memory that holds some bytes."""
        fd = self.keep(os.memfd_create("request", os.MFD_CLOEXEC))
        view = memoryview(data)
        while view:
            view = view[os.write(fd, view) :]
        os.lseek(fd, 0, os.SEEK_SET)
        return fd

    def close(self, fd: int) -> None:
        """Closes one of them, if it is still open."""
        if fd in self._open:
            self._open.remove(fd)
            os.close(fd)


@contextmanager
def descriptors() -> Iterator[Descriptors]:
    """Descriptors that are all closed in the end."""
    held = Descriptors()
    try:
        yield held
    finally:
        for fd in tuple(held._open):
            held.close(fd)
