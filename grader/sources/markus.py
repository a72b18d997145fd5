"""MarkUs' download of all submissions: one folder per group, with the tree of its repository.

Nothing in it tells it from a plain folder, so that this layout is only read when it is named.
"""

from __future__ import annotations

from collections.abc import Sequence

from grader.roster import Clue
from grader.sources import folder
from grader.sources._intake import Listing, Split

CALLED = "a MarkUs download"


def recognises(names: Sequence[str]) -> float:
    """Never of its own: a folder per group looks like a folder per student."""
    return 0.0


def split(listing: Listing) -> Split:
    """One submission per group; its members are those whom the class list gives this group.

    The group of somebody who works alone is called by the user name.
    """
    read = folder.split(listing)
    return read._replace(
        handed=tuple(
            each._replace(clues=(Clue("login", each.student), Clue("word", each.student)))
            for each in read.handed
        )
    )
