"""One path that is one student's: a file, or everything in a folder or zip; the student bears its name."""

from __future__ import annotations

from collections.abc import Sequence

from grader.roster import Clue
from grader.sources._intake import Handed, Listing, Split

CALLED = "one student's work"


def recognises(names: Sequence[str]) -> float:
    """A single loose file may be one student's; whether it is, the path itself tells better."""
    return 0.3 if len(names) == 1 and "/" not in names[0] else 0.0


def split(listing: Listing) -> Split:
    """One submission that holds all the files."""
    student = listing.label
    files = tuple((name, name) for name in listing.names)
    return Split((Handed(student, student, files, (Clue("folder", student), Clue("word", student))),))
