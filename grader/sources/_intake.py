"""A listing of what was handed in, and the limits under which its bytes become submissions."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, Protocol

from grader.errors import StudentError
from grader.types import File, Place, Problem, Submission

if TYPE_CHECKING:
    from grader.roster import Clue

FILE_LIMIT = 10 * 2**20
# what a platform itself writes about a whole class, results and outputs included
METADATA_LIMIT = 200 * 2**20
SUBMISSION_LIMIT = 50 * 2**20
COUNT_LIMIT = 200


class Load(Protocol):
    """Reads one name of a listing; a StudentError if it is refused or larger than the limit, in bytes."""

    def __call__(self, name: str, limit: int = FILE_LIMIT) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Listing:
    """The files under one path: `names` are relative, with forward slashes, and fit to be shown.

    `load` returns the bytes of one name. It raises `StudentError` for a file that is refused (a link, a
    pipe, an encrypted entry); such a file keeps its name here so that its owner hears of it. `problems`
    are those that belong to no student. `label` names the path itself. `folders` are those that hold
    nothing: somebody may have handed in an empty one. `beside` are tables that lie next to the path.
    """

    label: str
    names: tuple[str, ...]
    sizes: Mapping[str, int]
    load: Load = field(repr=False)
    problems: tuple[Problem, ...] = ()
    folders: tuple[str, ...] = ()
    close: Callable[[], None] = field(repr=False, default=lambda: None)
    beside: tuple[Path, ...] = ()

    def below(self, folder: str) -> Listing:
        """The same listing as seen from inside the one folder that holds everything."""
        start = len(folder) + 1
        return Listing(
            self.label,
            tuple(name[start:] for name in self.names),
            {name[start:]: size for name, size in self.sizes.items()},
            lambda name, limit=FILE_LIMIT: self.load(f"{folder}/{name}", limit),
            self.problems,
            tuple(name[start:] for name in self.folders if name[start:]),
            self.close,
            self.beside,
        )


class Member(NamedTuple):
    """One of several who handed in together."""

    student: str
    name: str
    clues: tuple[Clue, ...]


class Handed(NamedTuple):
    """What somebody handed in, found by its names alone: no file has been opened to grade it.

    `student` is the key if no class list knows better, `clues` what may lead to a person there. `files` are
    (name in the listing, path the student knows it by). A group has `members`, each with a key, a name and
    clues of their own. Of several attempts the last one is graded.
    """

    student: str
    name: str
    files: tuple[tuple[str, str], ...]
    clues: tuple[Clue, ...] = ()
    late: bool = False
    received: datetime | None = None
    attempt: int = 1
    group: str = ""
    members: tuple[Member, ...] = ()
    problems: tuple[Problem, ...] = ()


class Split(NamedTuple):
    """A listing by who handed it in; `remarks` are said in the summary, `problems` belong to no student."""

    handed: tuple[Handed, ...]
    remarks: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()


def gather(listing: Listing, handed: Handed) -> Submission:
    """What was handed in, with its bytes.

    Zips among the files are opened one level deep. What cannot be read becomes a problem.
    """
    files: list[File] = []
    problems: list[Problem] = list(handed.problems)
    student = handed.student
    room = SUBMISSION_LIMIT

    def take(source: Listing, within: str, path: str) -> None:
        nonlocal room
        place = Place(path)
        size = source.sizes.get(within, 0)
        if len(files) >= COUNT_LIMIT:
            return
        if size > FILE_LIMIT:
            problems.append(Problem(place, _too_large("The file", size, FILE_LIMIT)))
        elif size > room:
            problems.append(Problem(place, _too_large("With it the submission", size, SUBMISSION_LIMIT)))
        else:
            try:
                data = source.load(within)
            except StudentError as error:
                problems.append(Problem(place, str(error)))
                return
            room -= len(data)
            files.append(File(path, data))

    pairs = list(handed.files)
    for within, path in pairs[:COUNT_LIMIT]:
        if not path.lower().endswith(".zip"):
            take(listing, within, path)
            continue
        inner = _inside(listing, within, path, problems)
        if inner is None:
            continue
        for entry in inner.names:
            if entry.lower().endswith(".zip"):
                problems.append(
                    Problem(Place(f"{path}/{entry}"), "A zip inside a zip is not opened. Hand in its files.")
                )
            else:
                take(inner, entry, f"{path}/{entry}")
    if len(pairs) > COUNT_LIMIT or len(files) >= COUNT_LIMIT:
        problems.append(
            Problem(
                Place(student),
                f"More than {COUNT_LIMIT} files were handed in; only the first {COUNT_LIMIT} are read.",
            )
        )
    if not files and not problems:
        problems.append(Problem(Place(student), "Nothing was handed in: there is no file here."))
    return Submission(
        student,
        handed.name,
        tuple(files),
        handed.late,
        tuple(problems),
        handed.received,
        handed.attempt,
        handed.group,
    )


def shown(name: str) -> str:
    """A file name as text that is safe to print: control, bidirectional and undecodable parts escaped.

    >>> shown("hw\\u202egnp.txt"), shown("bad\\udcff")
    ('hw\\\\u{202e}gnp.txt', 'bad\\\\xff')
    """
    name = unicodedata.normalize("NFC", name)
    return name if name.isprintable() else "".join(map(_shown_character, name))


def ignored(name: str) -> bool:
    """Whether a path is litter of an operating system or an editor, which nobody meant to hand in."""
    return any(
        part.startswith((".", "~$")) or part in {"__MACOSX", "Thumbs.db", "desktop.ini", "__pycache__"}
        for part in name.split("/")
    )


def megabytes(size: int) -> str:
    """A size for people: `12.5 MB`."""
    return f"{size / 2**20:,.1f} MB"


def _too_large(what: str, size: int, limit: int) -> str:
    return (
        f"{what} is too large and was not read: {megabytes(size)} where {megabytes(limit)} are allowed. "
        "Clear large outputs and pictures, and hand it in again."
    )


def _inside(listing: Listing, within: str, path: str, problems: list[Problem]) -> Listing | None:
    from grader.sources._archive import listing_of_zip

    size = listing.sizes.get(within, 0)
    if size > FILE_LIMIT:
        problems.append(Problem(Place(path), _too_large("The zip", size, FILE_LIMIT)))
        return None
    try:
        inner = listing_of_zip(listing.load(within), label=path, entry_limit=COUNT_LIMIT)
    except StudentError as error:
        problems.append(Problem(Place(path), str(error)))
        return None
    problems.extend(inner.problems)
    return inner


def _shown_character(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that was not UTF-8, as os.fsdecode carries it
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) == "Zs":
        return " "
    return character if character.isprintable() else f"\\u{{{code:x}}}"
