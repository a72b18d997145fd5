"""Canvas' download of all submissions: flat names `<user>[_LATE]_<user id>_<attachment id>_<file>`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from grader.roster import Clue
from grader.sources._intake import Handed, Listing, Split

CALLED = "a Canvas download"

# tried in this order: an anonymous name would also match the second
_FORMS = (
    re.compile(r"(?:(?P<late>LATE)_)?anon_(?P<anon>[^_]+)_(?P<attachment>\d+)_(?P<file>.+)"),
    re.compile(r"(?P<user>.+?)_(?:(?P<late>LATE)_)?(?P<uid>\d+)_(?P<attachment>\d+)_(?P<file>.+)"),
    re.compile(r"(?P<user>.+?)_(?:(?P<late>LATE)_)?(?P<uid>\d+)_(?P<file>(?:text|link)\.html)"),
)
_RESUBMITTED = re.compile(r"-\d{1,3}(?=\.[^.]+$)")


@dataclass(frozen=True, slots=True)
class Name:
    """What one file name of the download says."""

    student: str
    name: str
    late: bool
    file: str
    uid: str = ""


def parse(name: str) -> Name | None:
    """The parts of a name like `doejane_LATE_123_456_hw1.ipynb`, or None.

    >>> parse("doejane_LATE_123_456_hw1.ipynb")
    Name(student='doejane (123)', name='doejane', late=True, file='hw1.ipynb', uid='123')
    """
    if "/" in name:
        return None
    for form in _FORMS:
        if match := form.fullmatch(name):
            found = match.groupdict()
            late = found["late"] is not None
            if "anon" in found:
                return Name(f"anon ({found['anon']})", f"anon {found['anon']}", late, found["file"])
            return Name(f"{found['user']} ({found['uid']})", found["user"], late, found["file"], found["uid"])
    return None


def recognises(names: Sequence[str]) -> float:
    """The share of the names that Canvas could have written."""
    return sum(parse(name) is not None for name in names) / len(names) if names else 0.0


def split(listing: Listing) -> Split:
    """One submission per user id, with all their attachments; other files in the zip are passed over."""
    students: dict[str, list[tuple[str, Name]]] = {}
    for name in listing.names:
        if parsed := parse(name):
            students.setdefault(parsed.student, []).append((name, parsed))
    return Split(tuple(_handed(student, found) for student, found in sorted(students.items())))


def _handed(student: str, found: list[tuple[str, Name]]) -> Handed:
    first = found[0][1]
    paths = _files([parsed.file for _, parsed in found])
    return Handed(
        student,
        first.name,
        tuple(zip((name for name, _ in found), paths, strict=True)),
        (Clue("canvas", first.uid), Clue("name", first.name)) if first.uid else (),
        late=any(parsed.late for _, parsed in found),
    )


def _files(files: list[str]) -> list[str]:
    """The names as the student chose them: Canvas numbers a file that is handed in again (`hw1-1.ipynb`)."""
    plain = [_RESUBMITTED.sub("", file) for file in files]
    taken: set[str] = set()
    chosen: list[str] = []
    for file, short in zip(files, plain, strict=True):
        # two attachments of one attempt may differ in nothing but that number
        best = short if plain.count(short) == 1 else file
        while best in taken:
            best = f"another {best}"
        taken.add(best)
        chosen.append(best)
    return chosen
