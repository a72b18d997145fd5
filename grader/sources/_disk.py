"""Listing a folder or one file on disk: nothing is followed, nothing is waited for."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from grader.errors import StudentError
from grader.sources._intake import FILE_LIMIT, Listing, ignored, megabytes, shown
from grader.types import Place, Problem

DEPTH_LIMIT = 20
ENTRY_LIMIT = 200_000

_KINDS = {
    stat.S_IFLNK: "a link",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


def listing_of_folder(folder: Path) -> Listing:
    """Every file below a folder, sorted by name; links, pipes and sockets are listed but will not load."""
    problems: list[Problem] = []
    paths: dict[str, str] = {}
    sizes: dict[str, int] = {}
    empty: list[str] = []
    for relative, size in _walk(str(folder), "", 0, problems):
        name = shown(relative)
        if relative.endswith("/"):
            empty.append(name[:-1])
            continue
        if name in paths:
            problems.append(Problem(Place(name), "Two files bear this name; only the first is read."))
        elif len(paths) >= ENTRY_LIMIT:
            message = f"There are more than {ENTRY_LIMIT:,} files here; the rest is not read."
            problems.append(Problem(Place(folder.name), message))
            break
        else:
            paths[name] = os.path.join(str(folder), relative)  # noqa: PTH118 - may hold undecodable bytes
            sizes[name] = size
    return Listing(
        shown(folder.resolve().name),
        tuple(sorted(paths)),
        sizes,
        lambda name, limit=FILE_LIMIT: _read(paths[name], limit),
        tuple(problems),
        tuple(sorted(empty)),
    )


def listing_of_file(path: Path) -> Listing:
    """The listing of one file: a single name."""
    name = shown(path.name)
    size = path.stat().st_size
    return Listing(
        shown(path.stem), (name,), {name: size}, lambda _, limit=FILE_LIMIT: _read(str(path.resolve()), limit)
    )


def _walk(folder: str, relative: str, depth: int, problems: list[Problem]) -> Iterator[tuple[str, int]]:
    """Each file below with its size; an empty folder by its name with a slash at the end."""
    if depth > DEPTH_LIMIT:
        problems.append(Problem(Place(shown(relative)), f"Folders are nested more than {DEPTH_LIMIT} deep."))
        return
    try:
        with os.scandir(os.path.join(folder, relative)) as scan:  # noqa: PTH118
            entries = sorted(scan, key=lambda entry: entry.name)
    except OSError as error:
        problems.append(Problem(Place(shown(relative)), f"The folder cannot be read: {error.strerror}."))
        return
    if relative and not entries:
        yield f"{relative}/", 0
    for entry in entries:
        path = f"{relative}/{entry.name}" if relative else entry.name
        if ignored(entry.name):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _walk(folder, path, depth + 1, problems)
        else:
            yield path, entry.stat(follow_symlinks=False).st_size


def _read(path: str, limit: int) -> bytes:
    """The bytes of a regular file, opened without following a link and without waiting for a pipe.

    Raises:
        StudentError: the file is a link, has a second name, is no regular file, or cannot be opened.
    """
    try:
        _refuse(os.lstat(path))
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with os.fdopen(handle, "rb") as stream:
            # asked again of the open file: it may have been exchanged since it was listed
            _refuse(os.fstat(handle))
            data = stream.read(limit + 1)
    except OSError as error:
        raise StudentError(f"The file cannot be opened: {error.strerror}.", code="unreadable-file") from None
    if len(data) > limit:
        raise StudentError(f"The file is larger than {megabytes(limit)}.", code="too-large")
    return data


def _refuse(status: os.stat_result) -> None:
    kind = stat.S_IFMT(status.st_mode)
    if kind != stat.S_IFREG:
        what = _KINDS.get(kind, "no plain file")
        message = f"This is {what}, which is never opened. Hand in the file itself."
        raise StudentError(message, code="not-a-file")
    if status.st_nlink > 1:
        raise StudentError(
            "This file is a hard link to another one, which is never read. Hand in a copy of the file.",
            code="not-a-file",
        )
