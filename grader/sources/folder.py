"""A plain folder: each sub-folder is a student, and so is each loose file, by its name without suffix."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fnmatch import fnmatch

from grader.sources._intake import Listing, gather
from grader.types import Submission

# what course staff keep beside a class; never anybody's answers
_BESIDE = ("readme*", "expected*", "*.csv", "license*", "makefile")


def recognises(names: Sequence[str]) -> float:
    """Any names can be read this way, so this layout is what is left when no other is sure."""
    return 0.2 if names else 0.1


def split(listing: Listing) -> Iterator[Submission]:
    """One submission per student, sorted by name; a loose file joins the folder of the same name."""
    students: dict[str, list[tuple[str, str]]] = {}
    for name in listing.names:
        top, slash, rest = name.partition("/")
        if slash:
            students.setdefault(top, []).append((name, rest))
        elif not any(fnmatch(name.lower(), pattern) for pattern in _BESIDE):
            stem = name.rpartition(".")[0] or name
            students.setdefault(stem, []).append((name, name))
    for folder in listing.folders:
        students.setdefault(folder.partition("/")[0], [])
    for student in sorted(students):
        yield gather(listing, students[student], student=student, name=student)
