"""A plain folder: each sub-folder is a student, and so is each loose file, by its name without suffix."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatch

from grader.roster import Clue
from grader.sources._intake import Handed, Listing, Split

CALLED = "a plain folder"

# what course staff keep beside a class; never anybody's answers
_BESIDE = ("readme*", "expected*", "*.csv", "license*", "makefile")


def recognises(names: Sequence[str]) -> float:
    """Any names can be read this way, so this layout is what is left when no other is sure."""
    return 0.2 if names else 0.1


def split(listing: Listing) -> Split:
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
    return Split(
        tuple(
            Handed(student, student, tuple(files), (Clue("folder", student), Clue("word", student)))
            for student, files in sorted(students.items())
        )
    )
