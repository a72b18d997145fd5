"""The files of a student as the page may show them: pictures made anew, all else as plain text."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final, NamedTuple

from grader.html import visible
from grader.pictures import found, remade
from grader.types import File, Picture

_LARGEST: Final = 12_000_000
_LONGEST_TEXT: Final = 400_000
_MOST_PICTURES: Final = 12
_TEXTS: Final = {
    ".md",
    ".txt",
    ".tex",
    ".py",
    ".yaml",
    ".yml",
    ".json",
    ".ipynb",
    ".csv",
    ".html",
    ".toml",
    ".r",
}


class Shown(NamedTuple):
    """A picture or a file on a page: `href` has nothing but numbers in it."""

    name: str
    href: str
    picture: bool


def pictures(files: Sequence[File]) -> tuple[Picture, ...]:
    """The pictures among the files and in notebooks, made anew, in their order."""
    made: list[Picture] = []
    for one in found(files):
        if len(made) >= _MOST_PICTURES:
            break
        drawn = remade(one.data) if len(one.data) <= _LARGEST else None
        if drawn is not None:
            made.append(Picture(one.name, *drawn))
    return tuple(made)


def as_text(file: File) -> str | None:
    """A file as text that is safe to read; None where it is none."""
    if PurePosixPath(file.path.lower()).suffix not in _TEXTS:
        return None
    text = file.data[:_LONGEST_TEXT].decode("utf-8", "replace")
    return visible(text) + ("\n… the rest is left out" if len(file.data) > _LONGEST_TEXT else "")
