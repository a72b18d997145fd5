"""Blackboard's download of an assignment: `<assignment>_<user name>_attempt_<time>_<file>` and a `.txt` each.

Neither the assignment nor the user name is free of underscores, so that the `.txt` decides, which has the
user name in brackets after the name.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from grader.errors import StudentError
from grader.roster import Clue
from grader.sources._intake import Handed, Listing, Split
from grader.times import read_time

CALLED = "a Blackboard download"

_NAME = re.compile(r"(?P<head>.+)_attempt_(?P<when>\d{4}(?:-\d{2}){5})(?:_(?P<file>.+)|\.txt)", re.DOTALL)
_WHO = re.compile(r"^Name:\s*(?P<name>.*?)\s*\((?P<login>[^()]*)\)\s*$", re.MULTILINE)
_RENAMED = re.compile(
    r"Original filename:\s*(?P<original>[^\r\n]+?)\s*[\r\n]+\s*Filename:\s*(?P<stored>[^\r\n]+)"
)
_TYPED = re.compile(r"^Submission Field:\s*(?P<text>.*?)(?=^Comments:|^Files:|\Z)", re.MULTILINE | re.DOTALL)
_NOTHING_TYPED = "There is no student submission text data"


class _Note(NamedTuple):
    """What the `.txt` of an attempt tells: whose it is, original names, whether text was typed."""

    name: str
    login: str
    originals: Mapping[str, str]
    typed: bool


def recognises(names: Sequence[str]) -> float:
    """The share of the names that Blackboard could have written."""
    return sum(_NAME.fullmatch(name) is not None for name in names) / len(names) if names else 0.0


def split(listing: Listing) -> Split:
    """Every attempt of each student; the text typed into the box is the `.txt` itself."""
    attempts: dict[str, dict[str, list[tuple[str, str | None]]]] = {}
    for name in listing.names:
        if match := _NAME.fullmatch(name):
            tries = attempts.setdefault(match["head"], {})
            tries.setdefault(match["when"], []).append((name, match["file"]))
    shared = _shared(list(attempts))
    return Split(
        tuple(
            _handed(listing, head, tries[when], shared)._replace(received=read_time(when), attempt=number)
            for head, tries in sorted(attempts.items())
            for number, when in enumerate(sorted(tries), 1)
        )
    )


def _handed(listing: Listing, head: str, names: list[tuple[str, str | None]], shared: str) -> Handed:
    note, files = _Note("", "", {}, False), []
    for name, file in names:
        if file is None:
            note = _note(listing, name)
    for name, file in names:
        if file is not None:
            files.append((name, note.originals.get(name, file)))
        elif note.typed:
            files.append((name, "text.txt"))
    login = note.login if note.login and head.endswith(f"_{note.login}") else ""
    if login:
        clues = [Clue("login", login), Clue("name", note.name)]
    else:
        login = head.removeprefix(shared) or head
        # Where the user name begins is not known: the longest that is somebody's.
        ends = [at + 1 for at, sign in enumerate(head) if sign == "_"]
        clues = [Clue("word", head[at:]) for at in ends]
    return Handed(login, note.name or login, tuple(files), tuple(clues))


def _shared(heads: list[str]) -> str:
    """The assignment, which all names begin with, up to its last underscore."""
    first, last = (min(heads), max(heads)) if len(heads) > 1 else (heads[0], heads[0]) if heads else ("", "")
    same = next((at for at, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first))
    return first[: first.rfind("_", 0, same) + 1]


def _note(listing: Listing, name: str) -> _Note:
    try:
        text = listing.load(name).decode("utf-8-sig", "replace")
    except StudentError:
        return _Note("", "", {}, False)
    # What a student typed comes after these lines: it cannot name somebody else.
    who = _WHO.search(text.partition("\nSubmission Field:")[0])
    typed = _TYPED.search(text)
    files = text.rpartition("\nFiles:")[2]
    return _Note(
        who["name"] if who else "",
        who["login"] if who else "",
        {found["stored"].strip(): found["original"] for found in _RENAMED.finditer(files)},
        bool(typed and typed["text"].strip() and _NOTHING_TYPED not in typed["text"]),
    )
