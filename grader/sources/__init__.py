"""Every layout of submissions is one file here: `folder`, `single_file`, `canvas`, `moodle`, ...

A layout module offers a word and two functions over a listing of names, and never touches the disk itself:

    CALLED                      what it is called in the summary: "a Canvas download"
    recognises(names) -> float  how surely these names are of this layout, from 0 to 1
    split(listing) -> Split     who handed in which of them; only the platform's own notes are opened
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Protocol, cast

from grader import rooms
from grader.errors import StudentError
from grader.roster import Roster
from grader.sources._intake import Handed, Listing, Split, gather, shown
from grader.sources._path import is_zip, listing_at
from grader.sources._people import Placing, Unplaced, alone, placed
from grader.types import Place, Problem, Submission

__all__ = ["Intake", "Layout", "Placing", "Unplaced", "layouts", "load", "read"]

# below this a layout is a guess, and the plain folder is the better one
_SURE = 0.5


@dataclass(frozen=True, slots=True)
class Intake:
    """What a path holds: the layout it was read as, its submissions, and problems that are no student's.

    `submissions` can be gone through once; each one's bytes are loaded when it is reached. `said` tells in
    words what was read as what, `placing` how the class list was used, if there is one.
    """

    layout: str
    submissions: Iterable[Submission]
    problems: tuple[Problem, ...]
    said: str = ""
    remarks: tuple[str, ...] = ()
    placing: Placing | None = None


class Layout(Protocol):
    """What every module of this folder offers."""

    CALLED: str

    def recognises(self, names: Sequence[str]) -> float: ...
    def split(self, listing: Listing) -> Split: ...


@cache
def layouts() -> tuple[str, ...]:
    """The names of all layouts, sorted; files that start with an underscore are not layouts."""
    return rooms.names(__path__[0])


def load(name: str) -> Layout:
    """The module of one layout.

    Raises:
        StaffError: no such layout, with the nearest name.
    """
    return cast(Layout, rooms.load(__name__, name, layouts(), "layout"))


def read(path: Path, layout: str | None = None, roster: Roster | None = None) -> Intake:
    """The submissions under a folder, a zip or one file, under the keys of the class list if there is one.

    A zip that cannot be opened gives no submissions and the problem.

    Raises:
        StaffError: nothing is at the path, there is no such layout, or it holds several assignments.
    """
    if layout is not None:
        load(layout)
    try:
        listing = listing_at(path)
    except StudentError as error:
        return Intake(layout or "folder", (), (Problem(Place(shown(path.name)), str(error)),))
    chosen = layout or _choose(listing.names, one_file=path.is_file() and not is_zip(path))
    if is_zip(path):
        listing = _unwrapped(listing, surely_named=chosen in {"canvas", "moodle"})
        chosen = layout or _choose(listing.names, one_file=False)
    listing = replace(listing, beside=tuple(sorted(path.resolve().parent.glob("Grades-*.csv"))))
    module = load(chosen)
    split = module.split(listing)
    handed, placing = placed(split.handed, roster) if roster else (alone(split.handed), None)
    return Intake(
        chosen,
        _each(handed, listing),
        (*listing.problems, *split.problems),
        _said(module, split.handed, named=layout is not None),
        split.remarks,
        placing,
    )


def _said(module: Layout, handed: Sequence[Handed], *, named: bool) -> str:
    again = sum(each.attempt > 1 for each in handed)
    groups = sum(bool(each.members) for each in handed)
    more = f", {groups} of them by groups" if groups else ""
    more += f", {again} of them not the first attempt" if again else ""
    count = f"{len(handed):,} submission{'' if len(handed) == 1 else 's'}"
    return f"Read as {module.CALLED}: {count}{more}{'' if named else ' (--layout, if it is not)'}."


def _choose(names: Sequence[str], *, one_file: bool) -> str:
    fallback = "single_file" if one_file else "folder"
    named = [name for name in layouts() if name not in {"folder", "single_file"}]
    scores = {name: load(name).recognises(names) for name in named}
    best = max(scores, key=lambda name: scores[name], default=fallback)
    return best if scores.get(best, 0) >= _SURE else fallback


def _unwrapped(listing: Listing, *, surely_named: bool) -> Listing:
    """The listing without the one folder that wraps a whole zip, if there is one.

    A zip with one folder of one file is a class of one student, unless the folder is called like the zip.
    """
    tops = {name.partition("/")[0] for name in (*listing.names, *listing.folders)}
    if surely_named or len(tops) != 1 or any("/" not in name for name in listing.names):
        return listing
    if len(listing.names) == 1 and tops != {listing.label}:
        return listing
    return listing.below(tops.pop())


def _each(handed: Sequence[Handed], listing: Listing) -> Iterator[Submission]:
    try:
        for each in handed:
            yield gather(listing, each)
    finally:
        listing.close()
