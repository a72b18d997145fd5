"""One path that is one student's: a file, or everything in a folder or zip; the student bears its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from grader.sources._intake import Listing, gather
from grader.types import Submission


def recognises(names: Sequence[str]) -> float:
    """A single loose file may be one student's; whether it is, the path itself tells better."""
    return 0.3 if len(names) == 1 and "/" not in names[0] else 0.0


def split(listing: Listing) -> Iterator[Submission]:
    """One submission that holds all the files."""
    yield gather(listing, [(name, name) for name in listing.names], student=listing.label, name=listing.label)
